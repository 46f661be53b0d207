using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ClusterCast.EndToEnd.Support;

/// <summary>How a process ended.</summary>
internal sealed record Finished(int Status, string Output, string Errors)
{
    /// <summary>Status and both outputs, for the message of a failed assertion.</summary>
    public override string ToString() => $"status {Status}\n{Output}\n{Errors}";
}

/// <summary>A running process of a sandbox. Disposing kills it with its children.</summary>
internal sealed class Command : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _ended;
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waiting = [];

    private Command(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ended = process.WaitForExitAsync();
    }

    /// <summary>What it wrote so far, both outputs.</summary>
    public string Said
    {
        get
        {
            lock (_lock)
            {
                return $"{_output}{_errors}";
            }
        }
    }

    public static Command Start(Sandbox sandbox, string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = sandbox.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in sandbox.Environment.Select(entry => (entry.Key, entry.Value)).Concat(environment))
        {
            start.Environment[name] = value;
        }

        return new Command(Process.Start(start)!);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<Finished> EndAsync(TimeSpan bound)
    {
        await BoundAsync(_ended, bound, "did not end");
        lock (_lock)
        {
            return new Finished(_process.ExitCode, _output.ToString(), _errors.ToString());
        }
    }

    /// <summary>Waits for a line that it writes.</summary>
    public async Task<string> LineAsync(Func<string, bool> wanted, TimeSpan bound)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if ($"{_output}{_errors}".Split('\n').FirstOrDefault(wanted) is { } line)
            {
                return line;
            }

            _waiting.Add((wanted, found));
        }

        await BoundAsync(Task.WhenAny(found.Task, _ended), bound, "did not say it");
        return found.Task.IsCompleted ? await found.Task : throw new InvalidOperationException($"It ended without saying it: {Said}");
    }

    /// <summary>Waits for the ready line of a role and gives its addresses.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadyAsync() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(await LineAsync(line => line.StartsWith("{\"ready\":", StringComparison.Ordinal), TimeSpan.FromSeconds(40)))!;

    /// <summary>Ends a supervised role by closing its input.</summary>
    public async Task<Finished> CloseAsync()
    {
        _process.StandardInput.Close();
        return await EndAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Sends a signal: 2 is Ctrl-C, 9 the kill that nobody survives.</summary>
    public void Signal(int signal) => Assert.Equal(0, Sandbox.Kill(_process.Id, signal));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _ended;
        }

        _process.Dispose();
    }

    private async Task BoundAsync(Task task, TimeSpan bound, string complaint)
    {
        try
        {
            await task.WaitAsync(bound);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} {complaint} within {bound.TotalSeconds} s: {Said}");
        }
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            text.Append(line).Append('\n');
            foreach (var (wanted, found) in _waiting)
            {
                if (wanted(line))
                {
                    found.TrySetResult(line);
                }
            }
        }
    }
}
