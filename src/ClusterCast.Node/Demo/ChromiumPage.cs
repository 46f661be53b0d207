using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Demo;

/// <summary>A headless Chromium with one page, driven by the DevTools protocol.</summary>
public sealed class ChromiumPage : IAsyncDisposable
{
    private static readonly string[] Binaries = ["chromium", "chromium-browser", "google-chrome"];
    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _calls = new();
    private Task _reading = Task.CompletedTask;
    private int _lastCall;

    private ChromiumPage(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Starts the browser with a fresh profile.</summary>
    /// <exception cref="NodeException">Chromium is not installed or does not start.</exception>
    public static async Task<ChromiumPage> OpenAsync(string profile, CancellationToken stop)
    {
        Directory.CreateDirectory(profile);
        var page = new ChromiumPage(await LaunchAsync(profile).ConfigureAwait(false), profile);
        try
        {
            await page.AttachAsync(stop).ConfigureAwait(false);
            return page;
        }
        catch
        {
            await page.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Goes to an address.</summary>
    public Task NavigateAsync(string url, CancellationToken stop) => CallAsync("Page.navigate", new JsonObject { ["url"] = url }, stop);

    /// <summary>Evaluates an expression, awaits a promise, and returns its JSON value.</summary>
    /// <exception cref="NodeException">The expression threw.</exception>
    public async Task<JsonNode?> EvaluateAsync(string expression, CancellationToken stop)
    {
        var answer = await CallAsync(
            "Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true },
            stop).ConfigureAwait(false);
        if (answer["exceptionDetails"] is { } details)
        {
            throw new NodeException($"The page failed: {(string?)details["exception"]?["description"] ?? (string?)details["text"]}", ExitCode.Failed);
        }

        return answer["result"]?["value"]?.DeepClone();
    }

    /// <summary>A picture of the page, PNG.</summary>
    public async Task<byte[]> ScreenshotAsync(CancellationToken stop)
    {
        var answer = await CallAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" }, stop).ConfigureAwait(false);
        return Convert.FromBase64String((string)answer["data"]!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _reading.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The socket ends with the browser.
        }

        _socket.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
        _sending.Dispose();
        _stop.Dispose();
        RemoveProfile();
    }

    private static Task<Process> LaunchAsync(string profile)
    {
        var binary = Binaries.Select(name => FindInPath(name)).FirstOrDefault(path => path is not null)
            ?? throw new NodeException("Chromium is not installed. Install it with: apt-get install chromium");
        var start = new ProcessStartInfo("setpriv") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (IEnumerable<string>)
        [
            "--pdeathsig", "KILL", binary, "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={profile}", "--window-size=1280,800", "--no-sandbox", "--disable-gpu",
            "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--mute-audio",
            "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "about:blank",
        ])
        {
            start.ArgumentList.Add(argument);
        }

        // What it leaves in the folder for temporary files goes away with the profile; among it is a socket, whose path has at most 107 bytes (unix(7)).
        if (profile.Length + "/org.chromium.Chromium.XXXXXX/SingletonSocket".Length <= 107)
        {
            start.Environment["TMPDIR"] = profile;
        }

        // Its caches and links belong into the profile too, not into the user's home.
        foreach (var folder in (IEnumerable<string>)["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"])
        {
            start.Environment[folder] = profile;
        }

        // The kernel's parent-death signal follows the thread that forked, so that thread has to live as long as the process (prctl(2), PR_SET_PDEATHSIG).
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                var process = Process.Start(start)!;
                process.BeginErrorReadLine();
                process.BeginOutputReadLine();
                started.SetResult(process);
                process.WaitForExit();
            }
            catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                started.TrySetException(new NodeException($"Chromium cannot be started: {e.Message}."));
            }
        })
        {
            IsBackground = true,
            Name = "chromium",
        }.Start();
        return started.Task;
    }

    private static string? FindInPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private async Task AttachAsync(CancellationToken stop)
    {
        // Chromium writes the port it got into this file of the profile.
        var portFile = Path.Combine(_profile, "DevToolsActivePort");
        using var http = new HttpClient();
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited || deadline.Elapsed > TimeSpan.FromSeconds(20))
            {
                throw new NodeException("Chromium did not start. Run `chromium --headless=new --no-sandbox about:blank` to see why.");
            }

            if (File.Exists(portFile) && (await File.ReadAllLinesAsync(portFile, stop).ConfigureAwait(false)) is [var port, ..])
            {
                var targets = JsonNode.Parse(await http.GetStringAsync($"http://127.0.0.1:{port}/json/list", stop).ConfigureAwait(false))!.AsArray();
                if (targets.FirstOrDefault(target => (string?)target!["type"] == "page") is { } target)
                {
                    await _socket.ConnectAsync(new Uri((string)target["webSocketDebuggerUrl"]!), stop).ConfigureAwait(false);
                    _reading = ReadAsync();
                    await CallAsync("Page.enable", [], stop).ConfigureAwait(false);
                    return;
                }
            }

            await Task.Delay(50, stop).ConfigureAwait(false);
        }
    }

    private async Task<JsonObject> CallAsync(string method, JsonObject parameters, CancellationToken stop)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var answer = _calls[id] = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters });
        await _sending.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, stop).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(30), stop).ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        var message = new ArrayBufferWriter<byte>(1 << 16);
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var part = await _socket.ReceiveAsync(message.GetMemory(1 << 16), _stop.Token).ConfigureAwait(false);
                message.Advance(part.Count);
                if (!part.EndOfMessage)
                {
                    continue;
                }

                if (JsonNode.Parse(message.WrittenSpan) is JsonObject json && (int?)json["id"] is { } id && _calls.TryRemove(id, out var call))
                {
                    call.TrySetResult((json["result"] as JsonObject)?.DeepClone().AsObject() ?? []);
                }

                message.ResetWrittenCount();
            }
        }
        finally
        {
            foreach (var call in _calls.Values)
            {
                call.TrySetException(new NodeException("Chromium has ended.", ExitCode.Failed));
            }
        }
    }

    private void RemoveProfile()
    {
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A helper process of the browser may write its last byte just now; the demo's own folder is removed after it.
        }
    }
}
