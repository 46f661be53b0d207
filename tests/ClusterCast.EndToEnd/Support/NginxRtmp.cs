using System.Net;
using System.Net.Sockets;

namespace ClusterCast.EndToEnd.Support;

/// <summary>nginx with its RTMP module, which stands in for a platform. It can be killed and comes back on the same port.</summary>
internal sealed class NginxRtmp : IAsyncDisposable
{
    private const string Module = "/usr/lib/nginx/modules/ngx_rtmp_module.so";
    private readonly Sandbox _sandbox;
    private readonly int _port = FreePort();
    private Command? _process;

    private NginxRtmp(Sandbox sandbox) => _sandbox = sandbox;

    public static async Task<NginxRtmp> StartAsync(Sandbox sandbox)
    {
        var server = new NginxRtmp(sandbox);
        await server.StartAsync();
        return server;
    }

    /// <summary>Where a stream of this key is published and played.</summary>
    public string Url(string key) => $"rtmp://127.0.0.1:{_port}/live/{key}";

    /// <summary>Starts it, again after <see cref="KillAsync"/>.</summary>
    public async Task StartAsync()
    {
        var folder = _sandbox.File($"nginx-{_port}");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, $$"""
            load_module {{Module}};
            daemon off; master_process off; worker_processes 1;
            pid {{folder}}/pid; error_log stderr error;
            events { worker_connections 64; }
            rtmp { access_log off; server { listen 127.0.0.1:{{_port}}; chunk_size 4096; application live { live on; wait_key on; } } }
            """);
        _process = Command.Start(_sandbox, "/usr/sbin/nginx", ["-p", folder, "-e", "stderr", "-c", file]);
        await Poll.UntilAsync(IsListeningAsync, TimeSpan.FromSeconds(20), () => _process.Said);
    }

    /// <summary>Kills it without a word to anybody.</summary>
    public async Task KillAsync()
    {
        _process!.Signal(9);
        await _process.EndAsync(TimeSpan.FromSeconds(10));
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Records what it plays for some seconds of media, the coded frames untouched; the file's path.</summary>
    public async Task<string> RecordAsync(string key, double seconds, string name)
    {
        var file = _sandbox.File(name);
        // FFmpeg's RTMP reader does not always end by itself when the server goes.
        await using var reader = Command.Start(_sandbox, "timeout",
            ["-k", "1", "60", "ffmpeg", "-v", "error", "-nostdin", "-i", Url(key), "-c", "copy", "-t", $"{seconds}", "-y", file]);
        var finished = await reader.EndAsync(TimeSpan.FromSeconds(70));
        Assert.True(finished.Status == 0, finished.ToString());
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
