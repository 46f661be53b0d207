using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Bench;

/// <summary>The same task for aria2: a program that enters the network, looks a topic up and dials who was announced there.</summary>
internal static class AriaLookup
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    /// <summary>Milliseconds from its start to its dial; null when it does not dial within 90 s.</summary>
    public static async Task<double?> RunAsync(string program, DhtNode announcer, IPEndPoint entry, DhtTopic topic, CancellationToken stop)
    {
        using var relay = new TcpListener(IPAddress.Loopback, 0);
        relay.Start();
        announcer.Announce(topic, (ushort)((IPEndPoint)relay.LocalEndpoint).Port);
        await Task.Delay(TimeSpan.FromSeconds(2), stop).ConfigureAwait(false);
        var folder = Directory.CreateTempSubdirectory("clustercast-bench-").FullName;
        var since = Stopwatch.GetTimestamp();
        using var process = Start(program, folder, entry, topic);
        try
        {
            using var dialed = await relay.AcceptSocketAsync(stop).AsTask().WaitAsync(Bound, stop).ConfigureAwait(false);
            return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string program, string folder, IPEndPoint entry, DhtTopic topic)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder };
        string[] arguments =
        [
            "--no-conf", "--quiet", "--enable-dht=true", "--enable-dht6=false", $"--dht-listen-port={FreePort(SocketType.Dgram)}", $"--listen-port={FreePort(SocketType.Stream)}",
            "--interface=127.0.0.1", $"--dht-entry-point={entry}", "--dht-file-path=dht.dat", "--bt-enable-lpd=false", "--enable-peer-exchange=false",
            string.Create(CultureInfo.InvariantCulture, $"--stop-with-process={Environment.ProcessId}"), $"magnet:?xt=urn:btih:{topic}",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new NodeException($"{program} cannot be started ({e.Message}). Install it with: apt-get install aria2");
        }
    }

    // It takes no port 0.
    private static int FreePort(SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
