using System.Runtime.InteropServices;

namespace ClusterCast.Node.Hosting;

/// <summary>
/// When a process has to end: SIGINT, SIGTERM or, for a supervised role, the end of standard input. Its supervisor holds the other end of that pipe, so the role
/// ends even when the supervisor was killed.
/// </summary>
public sealed class Shutdown : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <param name="supervised">Whether standard input is a supervisor's pipe; SIGINT is then left to the supervisor.</param>
    public Shutdown(bool supervised)
    {
        Register(PosixSignal.SIGTERM, stop: true);
        Register(PosixSignal.SIGHUP, stop: true);
        Register(PosixSignal.SIGINT, stop: !supervised);
        if (supervised)
        {
            new Thread(WatchInput) { IsBackground = true, Name = "supervisor" }.Start();
        }
    }

    /// <summary>Cancelled when the process has to end.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _source.Dispose();
    }

    private void Register(PosixSignal signal, bool stop) => _signals.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (stop)
        {
            Stop();
        }
    }));

    private void WatchInput()
    {
        var buffer = new byte[64];
        using var input = Console.OpenStandardInput();
        while (input.Read(buffer) > 0)
        {
        }

        Stop();
    }

    private void Stop()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The process is ending already.
        }
    }
}
