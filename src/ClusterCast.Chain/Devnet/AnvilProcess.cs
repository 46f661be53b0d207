using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Chain.Devnet;

/// <summary>
/// An anvil process on 127.0.0.1 that mines nothing until it is told to. It ends with <see cref="DisposeAsync"/>, and by the kernel when this process
/// is killed. Ctrl-C in the terminal does not reach it, so that its owner can finish first.
/// </summary>
public sealed class AnvilProcess : IAsyncDisposable
{
    private const string Ready = "Listening on ";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Task _ended;
    private int _disposed;

    private AnvilProcess(Process process, Task ended, Uri url)
    {
        _process = process;
        _ended = ended;
        Url = url;
    }

    /// <summary>RPC URL.</summary>
    public Uri Url { get; }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Ends when the process has, for whatever reason.</summary>
    public Task Ended => _ended;

    /// <summary>
    /// Starts anvil and waits until it listens. Throws <see cref="ChainException"/>: <see cref="ChainFault.AnvilMissing"/>, <see cref="ChainFault.PortInUse"/>
    /// or <see cref="ChainFault.AnvilFailed"/>.
    /// </summary>
    /// <param name="port">0 takes a free one.</param>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="cancel">Ends the start, and the process with it.</param>
    public static async Task<AnvilProcess> StartAsync(int port, ulong chainId = 31337, CancellationToken cancel = default)
    {
        if (port is < 0 or > ushort.MaxValue)
        {
            throw new ChainException(ChainFault.InvalidInput, $"{port} is not a port.", "Give one from 1 to 65535, or 0 for a free one.");
        }

        var binary = AnvilBinary.Find();
        CheckPort(port);
        var output = new AnvilOutput();
        var (process, ended) = await LaunchAsync(binary, port, chainId, output).ConfigureAwait(false);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(StartTimeout);
        try
        {
            var listening = await Task.WhenAny(output.Listening, ended).WaitAsync(deadline.Token).ConfigureAwait(false);
            if (listening == output.Listening)
            {
                return new AnvilProcess(process, ended, new Uri("http://" + await output.Listening.ConfigureAwait(false)));
            }

            // Somebody may have taken the port since it was checked.
            CheckPort(port);
            throw new ChainException(ChainFault.AnvilFailed, $"anvil ended at once with status {process.ExitCode}: {output.LastError}.", "Run it by hand to see more, or `make install` again.");
        }
        catch (Exception e)
        {
            await EndAsync(process, ended).ConfigureAwait(false);
            if (e is OperationCanceledException && !cancel.IsCancellationRequested)
            {
                throw new ChainException(ChainFault.AnvilFailed, $"anvil did not listen within {StartTimeout.TotalSeconds:0} s.", "Check the machine's load and try again.");
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await EndAsync(_process, _ended).ConfigureAwait(false);
        }
    }

    private static async Task<(Process Process, Task Ended)> LaunchAsync(string binary, int port, ulong chainId, AnvilOutput output)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The kernel's parent-death signal follows the thread that forked, so that thread has to live as long as the process (prctl(2), PR_SET_PDEATHSIG).
        var thread = new Thread(() =>
        {
            Process process;
            try
            {
                process = Process.Start(StartInfo(binary, port, chainId))!;
            }
            catch (Exception e)
            {
                started.SetException(new ChainException(ChainFault.AnvilFailed, $"{binary} cannot be started.", "Run `make install` again.", e));
                return;
            }

            output.Follow(process);
            started.SetResult(process);
            process.WaitForExit();
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = "anvil",
        };
        thread.Start();
        return (await started.Task.ConfigureAwait(false), ended.Task);
    }

    private static ProcessStartInfo StartInfo(string binary, int port, ulong chainId)
    {
        string[] command =
        [
            binary,
            "--host", "127.0.0.1",
            "--port", port.ToString(CultureInfo.InvariantCulture),
            "--chain-id", chainId.ToString(CultureInfo.InvariantCulture),
            "--no-mining",
            "--prune-history", "64",
            "--gas-limit", "120000000",
        ];

        // setsid keeps the terminal's Ctrl-C away; both tools are of util-linux and replace themselves by the next program.
        var path = Environment.GetEnvironmentVariable("PATH");
        if (AnvilBinary.OnPath("setsid", path) is { } setsid && AnvilBinary.OnPath("setpriv", path) is { } setpriv)
        {
            command = [setsid, setpriv, "--pdeathsig", "KILL", "--", .. command];
        }

        return new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
    }

    private static async Task EndAsync(Process process, Task ended)
    {
        // anvil keeps nothing on disk (--prune-history), so a kill loses nothing.
        process.Kill();
        await ended.ConfigureAwait(false);
        process.Dispose();
    }

    private static void CheckPort(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException e)
        {
            throw new ChainException(ChainFault.PortInUse, $"Port {port} on 127.0.0.1 is in use or may not be used.", "Stop the program that uses it, or choose another with --port.", e);
        }
    }

    /// <summary>Reads what anvil prints, so that its pipes never fill, and finds the address it listens on.</summary>
    private sealed class AnvilOutput
    {
        private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile string _lastError = "no reason given";

        public Task<string> Listening => _listening.Task;

        public string LastError => _lastError;

        public void Follow(Process process)
        {
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data?.StartsWith(Ready, StringComparison.Ordinal) == true)
                {
                    _listening.TrySetResult(line.Data[Ready.Length..].Trim());
                }
            };
            process.ErrorDataReceived += (_, line) =>
            {
                if (!string.IsNullOrWhiteSpace(line.Data))
                {
                    _lastError = line.Data.Trim().TrimEnd('.');
                }
            };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
    }
}
