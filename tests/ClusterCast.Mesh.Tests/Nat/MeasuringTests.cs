using System.Net;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Nat.Examining;
using ClusterCast.Mesh.Nat.Measuring;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Nat;

public sealed class MeasuringTests
{
    [Fact]
    public async Task A_relay_gives_the_padding_that_was_asked_for_and_counts_what_it_gets()
    {
        await using var world = new MeshWorld();
        await using var web = await WebEnd.Open(world.Relay(1));
        using var peer = await RawPeer.Join(web.Url);

        await peer.Send(new Measure(40_000));
        var given = 0;
        var last = 0;
        for (RawFrame? frame; (frame = await peer.ReadSubscription())!.Type == FrameType.Padding;)
        {
            given += Padding.Read(frame.Body).Bytes.Length;
            last = Padding.Read(frame.Body).Last;
        }

        Assert.Equal((40_000, 1), (given, last));

        await peer.Send(Frame.Encode(new Padding(0, new byte[30_000])));
        await peer.Send(Frame.Encode(new Padding(1, new byte[5_000])));
        var measured = Measured.Read((await peer.Read(FrameType.Measured)).Body);
        Assert.Equal(35_000u, measured.ByteCount);
        Assert.True(measured.Micros > 0);
    }

    [Fact]
    public async Task More_than_a_connection_may_have_is_refused_at_once()
    {
        await using var world = new MeshWorld();
        await using var web = await WebEnd.Open(world.Relay(1));
        using var peer = await RawPeer.Join(web.Url);

        await peer.Send(new Measure((uint)MeasuringBudget.BytesPerConnection + 1));

        var answer = await peer.ReadSubscription();
        Assert.Equal(FrameType.Measured, answer!.Type);
        Assert.Equal(0u, Measured.Read(answer.Body).ByteCount);
    }

    [Fact]
    public void One_at_a_time_and_so_much_a_minute()
    {
        var time = new ManualTime();
        var budget = new MeasuringBudget(time);
        var (first, second) = (new object(), new object());

        Assert.True(budget.TrySpend(first, 1_000));
        Assert.True(budget.TrySpend(first, 1_000));
        Assert.False(budget.TrySpend(second, 1_000));
        budget.Release(first);
        Assert.True(budget.TrySpend(second, 1_000));

        time.Advance(MeasuringBudget.LongestTurn);
        Assert.True(budget.TrySpend(first, MeasuringBudget.BytesPerMinute - 3_000));
        Assert.False(budget.TrySpend(first, 1));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(budget.TrySpend(first, 1));
    }

    [Fact]
    public async Task An_examination_asks_every_relay_that_is_known_and_measures()
    {
        await using var world = new MeshWorld();
        var first = world.Relay(1);
        world.Bootstrap(first);
        var second = world.Relay(2);
        await world.Until(() => first.Records.Count == 1);

        var report = await new NetworkExaminer(world.Options(PeerRole.Viewer, 9)).ExamineAsync(
            [new BootstrapPeer(null, $"tls://{first.TlsEndpoint}"), new BootstrapPeer(null, "tls://127.0.0.1:1")], _ => { }, TestContext.Current.CancellationToken);

        Assert.Equal(3, report.Relays.Count);
        Assert.Single(report.Relays, answer => answer.Failure is not null && answer.Url == "tls://127.0.0.1:1");
        Assert.All(report.Relays.Where(answer => answer.Failure is null), answer => Assert.NotNull(answer.Seen));
        Assert.Contains(report.Relays, answer => answer.Node == second.NodeId);
        Assert.False(report.IsTranslated);
        Assert.True(report.DownMegabits > 0);
        Assert.True(report.UpMegabits > 0);
        Assert.True(report.ClockOffset is { } offset && offset.Duration() < TimeSpan.FromSeconds(5));
        Assert.True(report.Mtu >= 1_280);
        Assert.Equal(UdpReach.Unknown, report.Udp);
    }

    [Fact]
    public async Task By_QUIC_it_tells_that_UDP_is_open_and_that_there_is_no_NAT()
    {
        await using var world = new MeshWorld();
        MeshOptions Listening(MeshOptions options) => options with { QuicListen = new IPEndPoint(IPAddress.Loopback, 0) };
        var first = world.Relay(1, Listening);
        world.Bootstrap(first);
        var second = world.Relay(2, Listening);
        await world.Until(() => first.Records.Count == 1);

        var report = await new NetworkExaminer(world.Options(PeerRole.Viewer, 9)).ExamineAsync(
            [new BootstrapPeer(null, $"tls://{first.TlsEndpoint}")], _ => { }, TestContext.Current.CancellationToken);

        Assert.Contains(report.Relays, answer => answer.Node == second.NodeId);
        Assert.Equal((UdpReach.Open, NatKind.None), (report.Udp, report.Nat));
    }

    [Theory]
    [InlineData(NatKind.Unknown)]
    [InlineData(NatKind.None, "192.0.2.1:7", "192.0.2.1:7")]
    [InlineData(NatKind.Unknown, "203.0.113.7:7")]
    [InlineData(NatKind.Cone, "203.0.113.7:7", "203.0.113.7:7", "203.0.113.7:7")]
    [InlineData(NatKind.Symmetric, "203.0.113.7:7", "203.0.113.7:8")]
    public void The_kind_of_NAT_shows_in_what_relays_see(NatKind kind, params string[] seen) =>
        Assert.Equal(kind, UdpProbe.Kind([.. seen.Select(IPEndPoint.Parse)], new HashSet<IPAddress> { IPAddress.Parse("192.0.2.1") }));
}
