using System.Diagnostics;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Demo;

/// <summary>A role that runs as a process of its own, under this one: it ends when this process does, however that happens.</summary>
public sealed class RoleProcess : IAsyncDisposable
{
    private const int TailLines = 20;
    private readonly Process _process;
    private readonly Queue<string> _tail = new();
    private readonly TaskCompletionSource<IReadOnlyDictionary<string, string>> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StreamWriter _log;

    private RoleProcess(string name, Process process, StreamWriter log)
    {
        Name = name;
        _process = process;
        _log = log;
    }

    /// <summary>Name for people: <c>relay 2</c>.</summary>
    public string Name { get; }

    /// <summary>Addresses of the ready line.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; private set; } = new Dictionary<string, string>();

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Completes when the process has ended.</summary>
    public Task Exited => _process.WaitForExitAsync();

    /// <summary>Why it ended: its own sentence and status where it gave one, else the last line of its log.</summary>
    public NodeException Death
    {
        get
        {
            lock (_tail)
            {
                const string Prefix = "clustercast: ";
                var last = _tail.LastOrDefault(line => line.Length > 0) ?? "it said nothing.";
                var code = _process.HasExited && Enum.IsDefined((ExitCode)_process.ExitCode) && _process.ExitCode != 0 ? (ExitCode)_process.ExitCode : ExitCode.Failed;
                return last.StartsWith(Prefix, StringComparison.Ordinal)
                    ? new NodeException($"{last[Prefix.Length..]} (This was said by {Name}.)", code)
                    : new NodeException($"{Name} ended unexpectedly; its last line: {last}", code);
            }
        }
    }

    /// <summary>Starts this binary with a verb and waits for its ready line.</summary>
    /// <exception cref="NodeException">It ended, or was not ready in time; the message holds its last words.</exception>
    public static async Task<RoleProcess> StartAsync(string name, IReadOnlyList<string> arguments, string logFile, TimeSpan patience, CancellationToken stop)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (IEnumerable<string>)[.. arguments, "--supervised"])
        {
            start.ArgumentList.Add(argument);
        }

        // Nine processes share a demo machine: smaller heaps and no tiered background compilation storm.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";

        // A killed role could not remove the sockets of the runtime's diagnostics.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var process = Process.Start(start) ?? throw new NodeException($"Cannot start {name}.");
        var role = new RoleProcess(name, process, new StreamWriter(logFile, append: true) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => role.OnOutput(line.Data);
        process.ErrorDataReceived += (_, line) => role.OnError(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var ended = role.Exited;
            var first = await Task.WhenAny(role._ready.Task, ended).WaitAsync(patience, stop).ConfigureAwait(false);
            if (first == ended)
            {
                throw role.Death;
            }

            role.Addresses = await role._ready.Task.ConfigureAwait(false);
            return role;
        }
        catch (TimeoutException)
        {
            await role.DisposeAsync().ConfigureAwait(false);
            throw new NodeException($"{name} was not ready within {patience.TotalSeconds:0} s. Is the machine very busy? See its log with --keep FOLDER.");
        }
        catch
        {
            await role.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Kills it without a warning, as a power cut would.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Ends it: closes its input, waits, then kills.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            try
            {
                await Exited.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Kill();
                await Exited.ConfigureAwait(false);
            }
        }

        _process.Dispose();
        await _log.DisposeAsync().ConfigureAwait(false);
    }

    private void OnOutput(string? line)
    {
        if (line is not null && ReadyLine.Parse(line) is { } addresses)
        {
            _ready.TrySetResult(addresses);
        }
    }

    private void OnError(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_tail)
        {
            _tail.Enqueue(line);
            if (_tail.Count > TailLines)
            {
                _tail.Dequeue();
            }

            try
            {
                _log.WriteLine(line);
            }
            catch (ObjectDisposedException)
            {
                // The last lines of a process that was ended on purpose.
            }
        }
    }
}
