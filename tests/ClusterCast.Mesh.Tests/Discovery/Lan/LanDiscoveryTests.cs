using System.Net;
using ClusterCast.Mesh.Discovery.Lan;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Discovery.Lan;

public sealed class LanDiscoveryTests : IAsyncDisposable
{
    private static readonly IPEndPoint Neighbour = new(IPAddress.Parse("192.168.1.7"), 50_000);
    private static readonly Address Other = MeshWorld.Key(2).Address;

    private readonly ManualTime _time = new();
    private readonly List<LanBeacon> _sent = [];
    private readonly List<(IPEndPoint At, Address Node)> _dialed = [];
    private readonly MeshWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public void A_relay_says_that_it_is_here_at_the_start_and_every_30_s()
    {
        var relay = Make(PeerRole.Relay);
        for (var second = 0; second < 90; second++)
        {
            relay.Update(isLonely: false);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, _sent.Count);
        Assert.All(_sent, beacon => Assert.Equal((LanBeaconKind.Here, MeshWorld.Key(1).Address, 4_430), (beacon.Kind, beacon.Node, beacon.Port)));
    }

    [Fact]
    public void A_crowd_that_asks_gets_one_answer_a_second()
    {
        var relay = Make(PeerRole.Relay);
        relay.Update(isLonely: false);
        for (var tenth = 0; tenth < 50; tenth++)
        {
            relay.OnDatagram(Neighbour, Beacon(LanBeaconKind.Ask, Other, 0).Encode(), CancellationToken.None);
            relay.Update(isLonely: false);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(5, _sent.Count);
    }

    [Fact]
    public void A_lonely_viewer_asks_every_5_s_and_says_nothing_of_itself()
    {
        var viewer = Make(PeerRole.Viewer);
        for (var second = 0; second < 20; second++)
        {
            viewer.Update(isLonely: second < 11);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, _sent.Count);
        Assert.All(_sent, beacon => Assert.Equal((LanBeaconKind.Ask, 0), (beacon.Kind, beacon.Port)));
    }

    [Fact]
    public async Task A_relay_is_dialed_at_the_address_that_its_beacon_came_from()
    {
        Make(PeerRole.Viewer).OnDatagram(Neighbour, Beacon(LanBeaconKind.Here, Other, 4_431).Encode(), CancellationToken.None);
        Assert.Equal((new IPEndPoint(Neighbour.Address, 4_431), Other), await Dialed(1));
    }

    [Fact]
    public async Task An_address_rests_after_a_dial_and_a_flood_is_cut_off()
    {
        var viewer = Make(PeerRole.Viewer);
        _time.Advance(TimeSpan.FromSeconds(60));
        for (var i = 0; i < 100; i++)
        {
            viewer.OnDatagram(Neighbour, Beacon(LanBeaconKind.Here, Other, 4_431).Encode(), CancellationToken.None);
        }

        await Dialed(1);
        Assert.Equal(80, viewer.Ignored);
        _time.Advance(TimeSpan.FromSeconds(2));
        viewer.OnDatagram(Neighbour, Beacon(LanBeaconKind.Here, Other, 4_431).Encode(), CancellationToken.None);
        await Dialed(2);
        Assert.Equal(2, _dialed.Count);
    }

    [Fact]
    public void Strangers_are_not_believed()
    {
        var viewer = Make(PeerRole.Viewer);
        var here = Beacon(LanBeaconKind.Here, Other, 4_431);
        viewer.OnDatagram(new IPEndPoint(IPAddress.Parse("203.0.113.1"), 1), here.Encode(), CancellationToken.None);
        viewer.OnDatagram(Neighbour, (here with { ChainId = 1 }).Encode(), CancellationToken.None);
        viewer.OnDatagram(Neighbour, (here with { RelayStaking = Other }).Encode(), CancellationToken.None);
        viewer.OnDatagram(Neighbour, new byte[LanBeacon.Size], CancellationToken.None);
        viewer.OnDatagram(Neighbour, Beacon(LanBeaconKind.Here, MeshWorld.Key(1).Address, 4_431).Encode(), CancellationToken.None);
        Assert.Equal(4, viewer.Ignored);
        Assert.Empty(_dialed);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.255.1", true)]
    [InlineData("169.254.1.1", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("8.8.8.8", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("0.0.0.0", false)]
    public void Private_addresses_are_known(string address, bool isPrivate) =>
        Assert.Equal(isPrivate, ClusterCast.Mesh.Discovery.PrivateAddress.Is(IPAddress.Parse(address)));

    private static LanBeacon Beacon(LanBeaconKind kind, Address node, ushort port) =>
        new(kind, MeshWorld.Domains.RelayStaking.ChainId, MeshWorld.Domains.RelayStaking.VerifyingContract, node, port);

    private LanDiscovery Make(PeerRole role) => new(
        datagram =>
        {
            Assert.True(LanBeacon.TryRead(datagram, out var beacon));
            _sent.Add(beacon);
        },
        _world.Options(role, 1) with { Time = _time },
        role == PeerRole.Relay ? 4_430 : 0,
        _ => false,
        (at, node, _) =>
        {
            lock (_dialed)
            {
                _dialed.Add((at, node));
            }

            return Task.FromException(new MeshException("refused"));
        });

    private async Task<(IPEndPoint At, Address Node)> Dialed(int count)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        while (true)
        {
            lock (_dialed)
            {
                if (_dialed.Count >= count)
                {
                    return _dialed[count - 1];
                }
            }

            await Task.Delay(1, bound.Token);
        }
    }
}
