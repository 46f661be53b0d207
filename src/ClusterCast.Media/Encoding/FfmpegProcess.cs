using System.ComponentModel;
using System.Diagnostics;

namespace ClusterCast.Media.Encoding;

/// <summary>A running FFmpeg program with pipes. Disposing kills it with its children and waits for its end, so none is left behind.</summary>
public sealed class FfmpegProcess : IAsyncDisposable
{
    private const int ErrorCharacters = 8 << 10;
    private const string SessionProgram = "/usr/bin/setsid";
    private static readonly TimeSpan PatienceWithItsEnd = TimeSpan.FromSeconds(10);
    private readonly Process _process;
    private readonly TextTail _errors = new(ErrorCharacters);
    private readonly Task _errorReader;
    private int _disposed;

    private FfmpegProcess(Process process)
    {
        _process = process;
        _errorReader = _errors.FillAsync(process.StandardError);
    }

    /// <summary>The program's standard input; write and close it.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The program's standard output; a program that writes waits when it is not read.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime => _process.HasExited ? TimeSpan.Zero : _process.TotalProcessorTime;

    /// <summary>The last 8,192 characters of the error output.</summary>
    public string Errors => _errors.ToString();

    /// <summary>Starts a program.</summary>
    /// <param name="program">Path, see <see cref="FfmpegTools"/>.</param>
    /// <param name="arguments">Arguments, one string each; no shell is involved.</param>
    /// <exception cref="MediaException">The program cannot be started.</exception>
    public static FfmpegProcess Start(string program, IEnumerable<string> arguments)
    {
        if (!File.Exists(program)) throw Missing(program, "there is no such file");
        // In a session of its own, Ctrl-C in the terminal does not reach it: it ends when its owner disposes of it, or leaves its pipes.
        var session = File.Exists(SessionProgram);
        var start = new ProcessStartInfo(session ? SessionProgram : program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (session) start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return new FfmpegProcess(Process.Start(start)!);
        }
        catch (Win32Exception failure)
        {
            throw Missing(program, failure.Message, failure);
        }
    }

    /// <summary>Waits for the end of the program and returns its exit status.</summary>
    public async Task<int> WaitAsync(CancellationToken cancel = default)
    {
        await _process.WaitForExitAsync(cancel);
        await _errorReader;
        return _process.ExitCode;
    }

    /// <summary>The failure to throw when the program has ended or broken its pipe: what it was doing, and its first words of complaint.</summary>
    public async Task<MediaException> FailureAsync(string doing, string remedy)
    {
        var end = "it closed its pipe";
        using var limit = new CancellationTokenSource(PatienceWithItsEnd);
        try
        {
            end = $"exit status {await WaitAsync(limit.Token)}";
        }
        catch (OperationCanceledException)
        {
            // It still runs, although its pipe is closed; what it said so far must do.
        }
        var cause = _errors.FirstLine is { Length: > 0 } line ? line : end;
        return new MediaException(MediaFault.FfmpegFailed, $"FFmpeg failed while {doing} ({cause.TrimEnd('.')}); {remedy}.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception)
        {
            // It ended on its own meanwhile.
        }
        await _process.WaitForExitAsync();
        await _errorReader;
        _process.Dispose();
    }

    private static MediaException Missing(string program, string cause, Exception? inner = null) =>
        new(MediaFault.FfmpegMissing, $"{program} cannot be started ({cause}); run: sudo apt-get install ffmpeg", inner);
}
