using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ClusterCast.Mesh.Discovery.Dht;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

/// <summary>aria2, another implementation of the DHT: it looks a topic up, announces itself there and dials whom it found. Loopback only.</summary>
internal sealed class Aria2 : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("aria2-test-").FullName;

    public Aria2(IPEndPoint entry, DhtTopic topic)
    {
        Port = FreePort(ProtocolType.Tcp);
        var start = new ProcessStartInfo("aria2c") { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[]
        {
            "--no-conf", "--enable-dht=true", "--enable-dht6=false", $"--dht-listen-port={FreePort(ProtocolType.Udp)}", $"--listen-port={Port}", "--interface=127.0.0.1",
            $"--dht-entry-point={entry}", "--dht-file-path=dht.dat", "--bt-enable-lpd=false", "--enable-peer-exchange=false", $"--stop-with-process={Environment.ProcessId}",
            "--log=aria2.log", "--log-level=info", $"magnet:?xt=urn:btih:{topic}",
        })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The port that it announces.</summary>
    public int Port { get; }

    /// <summary>What it logged, for a failure.</summary>
    public string Log => File.ReadAllText(Path.Combine(_folder, "aria2.log"));

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // It takes no port 0. The port of a socket that was just closed is not given out again soon.
    private static int FreePort(ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
