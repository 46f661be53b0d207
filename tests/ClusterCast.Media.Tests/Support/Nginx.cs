using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using ClusterCast.Media.Encoding;

namespace ClusterCast.Media.Tests.Support;

/// <summary>A real nginx with its RTMP module, in a folder and on a port of its own. It can be killed and started again at the same port.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private static readonly string Module = "/usr/lib/nginx/modules/ngx_rtmp_module.so";
    private readonly TempFolder _folder = new();
    private readonly string _application;
    private FfmpegProcess? _process;

    private Nginx(string application) => _application = application;

    public int Port { get; private set; }

    private int HttpPort { get; set; }

    public string Url => $"rtmp://127.0.0.1:{Port}/live/";

    /// <summary>Starts nginx; <paramref name="application"/> is put into the configuration of the application <c>live</c>.</summary>
    public static async Task<Nginx> StartAsync(string application = "")
    {
        var nginx = new Nginx(application);
        for (var attempt = 0; attempt < 10; attempt++) // another test may take the port between its choice and its use
        {
            (nginx.Port, nginx.HttpPort) = (FreePort(), FreePort());
            if (await nginx.TryStartAsync()) return nginx;
        }
        throw new InvalidOperationException("nginx does not start: " + nginx._process?.Errors);
    }

    /// <summary>Waits until so many clients (players and publishers) have a stream.</summary>
    public async Task HasClientsAsync(int count)
    {
        using var http = new HttpClient();
        using var limit = new CancellationTokenSource(Ffmpeg.Limit);
        while (true)
        {
            var streams = XDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{HttpPort}/", limit.Token));
            if (streams.Descendants("stream").Sum(stream => (int?)stream.Element("nclients") ?? 0) >= count) return;
            await Task.Delay(20, limit.Token);
        }
    }

    public async Task StartAgainAsync()
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            if (await TryStartAsync()) return;
            await Task.Delay(100);
        }
        throw new InvalidOperationException("nginx does not start again: " + _process?.Errors);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    private async Task<bool> TryStartAsync()
    {
        await File.WriteAllTextAsync(_folder.File("nginx.conf"), $$"""
            load_module "{{Module}}";
            daemon off;
            master_process off;
            pid "{{_folder.File("pid")}}";
            error_log stderr error;
            events { worker_connections 64; }
            rtmp {
              access_log off;
              server {
                listen 127.0.0.1:{{Port}};
                chunk_size 4096;
                application live { live on; {{_application}} }
              }
            }
            http {
              access_log off;
              client_body_temp_path "{{_folder.File("body")}}";
              proxy_temp_path "{{_folder.File("proxy")}}";
              fastcgi_temp_path "{{_folder.File("fastcgi")}}";
              uwsgi_temp_path "{{_folder.File("uwsgi")}}";
              scgi_temp_path "{{_folder.File("scgi")}}";
              server {
                listen 127.0.0.1:{{HttpPort}};
                location / { rtmp_stat all; }
              }
            }
            """);
        await KillAsync();
        _process = FfmpegProcess.Start(FfmpegTools.Find("nginx", "/usr/sbin:/usr/bin"), ["-p", _folder.File(""), "-e", "stderr", "-c", _folder.File("nginx.conf")]);
        var end = _process.WaitAsync();
        while (!end.IsCompleted)
        {
            using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return !end.IsCompleted;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }
        return false;
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
