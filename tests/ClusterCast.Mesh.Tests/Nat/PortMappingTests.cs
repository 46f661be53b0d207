using System.Net;
using System.Threading.Channels;
using ClusterCast.Mesh.Nat.PortMapping;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh.Tests.Nat;

public sealed class PortMappingTests
{
    private static readonly PortWish Udp = new(IsUdp: true, 4430);
    private static readonly PortWish Tcp = new(IsUdp: false, 4431);
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task PCP_maps_and_gives_back()
    {
        await using var router = new LoopbackRouter(natPmp: false);
        using var pcp = new Pcp(To(router), new SeededRandom(1));

        var mapped = await pcp.MapAsync(Udp, Cancel);

        Assert.Equal(IPEndPoint.Parse("203.0.113.7:5430"), mapped!.Outside);
        Assert.Equal(TimeSpan.FromHours(1), mapped.Life);
        Assert.Equal([((byte)17, (ushort)4430)], router.Mapped);
        await pcp.UnmapAsync(mapped, Cancel);
        Assert.Empty(router.Mapped);
    }

    [Fact]
    public async Task NAT_PMP_maps_and_gives_back()
    {
        await using var router = new LoopbackRouter(pcp: false);
        using var natPmp = new NatPmp(To(router));

        var mapped = await natPmp.MapAsync(Tcp, Cancel);

        Assert.Equal(IPEndPoint.Parse("203.0.113.7:5431"), mapped!.Outside);
        Assert.Equal([((byte)6, (ushort)4431)], router.Mapped);
        await natPmp.UnmapAsync(mapped, Cancel);
        Assert.Empty(router.Mapped);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_no_router()
    {
        var router = new LoopbackRouter();
        var gateway = To(router);
        await router.DisposeAsync();

        Assert.Null(await new NatPmp(gateway).MapAsync(Udp, Cancel));
        Assert.Null(await new Pcp(gateway, new SeededRandom(1)).MapAsync(Udp, Cancel));
    }

    [Fact]
    public async Task Answers_that_are_none_map_nothing()
    {
        var random = new Random(5);
        await using var router = new LoopbackRouter(spoil: bytes =>
        {
            var spoilt = bytes.AsSpan(0, random.Next(bytes.Length)).ToArray();
            random.NextBytes(spoilt.AsSpan(Math.Min(1, spoilt.Length)));
            return spoilt;
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            var wish = new PortWish(number % 2 == 0, (ushort)(1_000 + number));
            Assert.Null(await new Pcp(To(router), new SeededRandom(number)).MapAsync(wish, Cancel));
            Assert.Null(await new NatPmp(To(router)).MapAsync(wish, Cancel));
        }));
    }

    [Fact]
    public async Task A_router_without_PCP_is_asked_by_NAT_PMP_and_all_is_given_back_at_the_end()
    {
        await using var router = new LoopbackRouter(pcp: false);
        IReadOnlyList<MappedPort> told = [];
        await using (var keeper = Keeper(router, Udp, Tcp))
        {
            keeper.Changed += mapped => told = mapped;
            keeper.Start();
            await keeper.Tried.WaitAsync(MeshWorld.Bound, Cancel);

            Assert.Equal("NAT-PMP", keeper.Protocol);
            Assert.Equal([5_430, 5_431], keeper.Mapped.Select(port => port.Outside.Port));
            Assert.Equal(keeper.Mapped, told);
            Assert.Equal(2, router.Mapped.Count);
        }

        Assert.Empty(router.Mapped);
    }

    [Fact]
    public async Task A_mapping_is_renewed_at_half_of_its_life()
    {
        await using var router = new LoopbackRouter(natPmp: false, life: 600);
        var time = new TimersByHand();
        await using var keeper = new PortMappingKeeper([Udp], [new Pcp(To(router), new SeededRandom(1))], time, NullLogger.Instance);
        keeper.Start();
        await keeper.Tried.WaitAsync(MeshWorld.Bound, Cancel);

        Assert.Equal(TimeSpan.FromSeconds(300), await time.NextAsync());
        Assert.Equal(1, router.Questions);
        time.Fire();
        Assert.Equal(TimeSpan.FromSeconds(300), await time.NextAsync());
        Assert.Equal(2, router.Questions);
    }

    private static Gateway To(LoopbackRouter router) => new(router.Local, TimeProvider.System);

    private static PortMappingKeeper Keeper(LoopbackRouter router, params PortWish[] wishes) => new(
        wishes, [new Pcp(To(router), new SeededRandom(1)), new NatPmp(To(router))], TimeProvider.System, NullLogger.Instance);

    // A clock whose timers fire when the test says so; tells when one is set.
    private sealed class TimersByHand : TimeProvider
    {
        private readonly Channel<TimeSpan> _set = Channel.CreateUnbounded<TimeSpan>();
        private Action? _fire;

        public ValueTask<TimeSpan> NextAsync() => _set.Reader.ReadAsync(Cancel);

        public void Fire() => _fire!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            _set.Writer.TryWrite(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
