using System.Net;
using ClusterCast.Mesh.Nat;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Nat;

public sealed class ObservedAddressesTests
{
    private readonly List<IPAddress> _agreed = [];
    private readonly ObservedAddresses _observed;

    public ObservedAddressesTests() => _observed = new ObservedAddresses(_agreed.Add);

    [Fact]
    public void One_peer_is_not_believed()
    {
        Say(1, "203.0.113.7:1000");
        Say(1, "203.0.113.7:1001");

        Assert.Null(_observed.Agreed);
        Assert.Empty(_agreed);
    }

    [Fact]
    public void Two_peers_are_and_once()
    {
        Say(1, "203.0.113.7:1000");
        Say(2, "203.0.113.7:2000");
        Say(3, "203.0.113.7:3000");

        Assert.Equal(IPAddress.Parse("203.0.113.7"), _observed.Agreed);
        Assert.Single(_agreed);
    }

    [Fact]
    public void A_minority_is_not()
    {
        Say(1, "203.0.113.7:1000");
        Say(2, "203.0.113.7:2000");
        Say(3, "198.51.100.66:1");
        Say(4, "198.51.100.66:1");

        Assert.Equal([IPAddress.Parse("203.0.113.7")], _agreed);
    }

    [Fact]
    public void A_new_majority_replaces_the_old()
    {
        Say(1, "203.0.113.7:1000");
        Say(2, "203.0.113.7:2000");
        _observed.Forget(MeshWorld.At(1));
        _observed.Forget(MeshWorld.At(2));
        Assert.Equal(IPAddress.Parse("203.0.113.7"), _observed.Agreed);

        Say(1, "198.51.100.66:1");
        Say(2, "198.51.100.66:2");

        Assert.Equal(IPAddress.Parse("198.51.100.66"), _observed.Agreed);
    }

    [Fact]
    public void Private_addresses_do_not_count()
    {
        Say(1, "192.168.1.2:1000");
        Say(2, "192.168.1.2:2000");

        Assert.Null(_observed.Agreed);
    }

    [Fact]
    public void Only_so_many_peers_are_heard()
    {
        for (byte i = 1; i <= ObservedAddresses.Capacity + 5; i++)
        {
            Say(i, $"203.0.113.{i}:1");
        }

        Assert.Equal(ObservedAddresses.Capacity, _observed.All.Count);
    }

    [Fact]
    public async Task The_accepting_side_says_what_it_sees()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        world.Bootstrap(relay);

        var viewer = world.Viewer(2);

        await world.Until(() => viewer.Observed.ContainsKey(relay.NodeId));
        Assert.Equal(IPAddress.Loopback, viewer.Observed[relay.NodeId].Address);
        Assert.Null(viewer.PublicAddress);
    }

    private void Say(byte peer, string seen) => _observed.Take(MeshWorld.At(peer), IPEndPoint.Parse(seen).ToWire());
}
