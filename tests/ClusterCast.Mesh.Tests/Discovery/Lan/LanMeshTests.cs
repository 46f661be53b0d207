using System.Net;
using System.Net.Sockets;
using ClusterCast.Mesh.Discovery.Lan;

namespace ClusterCast.Mesh.Tests.Discovery.Lan;

/// <summary>Real multicast on the loopback interface.</summary>
public sealed class LanMeshTests
{
    [Fact]
    public async Task A_viewer_without_a_bootstrap_file_finds_the_relay_next_door()
    {
        // Linux routes no multicast of IPv6 on loopback.
        var at = IPAddress.Loopback;
        var lan = new LanOptions { Addresses = [at], Port = FreePort(at) };
        await using var world = new MeshWorld();
        var relay = world.Relay(1, options => options with { TlsListen = new IPEndPoint(at, 0), Lan = lan });
        var viewer = world.Viewer(20, options => options with { Lan = lan });
        await world.Until(() => viewer.Records is [{ Node: var node }] && node == relay.NodeId);

        // It was here first and is found by asking; one that comes later tells of itself.
        var later = world.Relay(2, options => options with { TlsListen = new IPEndPoint(at, 0), Lan = lan });
        await world.Until(() => viewer.Records.Any(record => record.Node == later.NodeId) && relay.Records.Count == 1);
    }

    private static int FreePort(IPAddress at)
    {
        using var socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(at, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
