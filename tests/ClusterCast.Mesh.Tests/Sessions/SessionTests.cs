using System.Collections.Concurrent;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Sessions;

/// <summary>The mesh's side of payment: who is asked before a leaf, who is told of it, and in what order.</summary>
public class SessionTests
{
    /// <summary>What carries the connections.</summary>
    protected virtual EndpointKind By => EndpointKind.Tls;

    /// <summary>Share of packets that are lost, for QUIC.</summary>
    protected virtual double Loss => 0;

    [Fact]
    public async Task Both_sides_count_the_same_bytes_and_close_with_an_acknowledgement()
    {
        await using var world = new MeshWorld(By, Loss);
        var till = new Till(credit: long.MaxValue);
        var purse = new Purse();
        var relay = world.Relay(1, options => options with { ServingSessions = till, Price = 5 });
        world.Bootstrap(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }]);
        var viewer = world.Viewer(20, options => options with { PayingSessions = purse });
        await world.Until(() => viewer.Records is [{ Tracks.Count: 1 }]);
        var subscription = viewer.Subscribe(MeshWorld.Track);
        for (var i = 0; i < 9; i++)
        {
            await MeshWorld.Next(subscription);
            world.Add(publisher);
        }

        await MeshWorld.Next(subscription);
        await subscription.StopAsync();

        var serving = Assert.Single(till.Opened);
        var paying = Assert.Single(purse.Opened);
        Assert.Equal(relay.NodeId, paying.Context.Relay);
        Assert.Equal(5UL, paying.Context.Record!.Price);
        Assert.Equal(MeshWorld.Track, serving.Context.Track);
        Assert.Equal(PeerRole.Viewer, serving.Context.Role);
        Assert.Equal(world.Sent.Sum(part => part.Length), paying.Verified);
        Assert.Equal(serving.Spent, paying.Verified);
        Assert.Equal([1U, 2U], paying.Closed);
        Assert.Equal([(1U, 80_000UL, true), (2U, 80_000UL, true)], serving.Windows);
        Assert.True(paying.IsAcknowledged);
        Assert.Equal([FrameType.SessionOpen, FrameType.SessionClose], serving.Frames);
        Assert.True(await paying.Disposed.Task.WaitAsync(MeshWorld.Bound));
    }

    [Fact]
    public async Task Leaves_wait_for_credit_and_go_on_with_the_next_session_frame()
    {
        await using var world = new MeshWorld(By, Loss);
        var till = new Till(credit: 25_000);
        var relay = world.Relay(1, options => options with { ServingSessions = till, MaxLatency = TimeSpan.FromMinutes(1) });
        world.Bootstrap(relay);
        await using var web = await WebEnd.Open(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }] && relay.Carries[0].Statistics.PartsDelivered == 2);
        using var viewer = await RawPeer.Join(web.Url);
        await viewer.Send(new Subscribe(1, MeshWorld.Track.Stream, MeshWorld.Track.Track, 0, 0));

        // 20,000 bytes a part: two leaves of the first fit into the credit, the next leaf does not.
        await viewer.Read(FrameType.Leaf);
        await viewer.Read(FrameType.Leaf);
        await viewer.Send(new Ping(1));
        FrameType type;
        do
        {
            type = (await viewer.Read())!.Type;
            Assert.NotEqual(FrameType.Leaf, type);
        }
        while (type != FrameType.Pong);

        await viewer.Send(new SessionClose(Address.Zero));
        await viewer.Read(FrameType.Leaf);
    }

    [Fact]
    public async Task A_subscriber_without_a_session_is_told_that_one_is_needed()
    {
        await using var world = new MeshWorld(By, Loss);
        var relay = world.Relay(1, options => options with { ServingSessions = new Till(credit: 0) });
        world.Bootstrap(relay);
        await using var web = await WebEnd.Open(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }] && relay.Carries[0].Statistics.PartsDelivered == 1);
        using var viewer = await RawPeer.Join(web.Url);
        await viewer.Send(new Subscribe(1, MeshWorld.Track.Stream, MeshWorld.Track.Track, 0, 0));
        Assert.Equal(RefusalCode.SessionNeeded, Refused.Read((await viewer.Read(FrameType.Refused)).Body).Code);
    }

    [Fact]
    public async Task A_relay_that_the_purse_does_not_want_is_left()
    {
        await using var world = new MeshWorld(By, Loss);
        var purse = new Purse();
        var first = world.Relay(1);
        world.Bootstrap(first);
        var second = world.Relay(2);
        var publisher = world.Publish(world.Broadcaster(10));
        await using var pump = Pump.Start(world, publisher);
        await world.Until(() => first.Carried is [{ Path: not null }] && second.Carried is [{ Path: not null }]);
        var viewer = world.Viewer(20, options => options with { PayingSessions = purse });
        await world.Until(() => viewer.Peers.Count == 2);
        var subscription = viewer.Subscribe(MeshWorld.Track);
        await MeshWorld.Next(subscription);
        var unwanted = purse.Opened.First();
        unwanted.RefusedBecause = "It costs too much.";
        await world.Until(() => subscription.Statistics.Relay is { } relay && relay != unwanted.Context.Relay);
        await MeshWorld.Next(subscription);
        Assert.Equal(0, subscription.Statistics.PartsLost);
    }

    private sealed class Till(long credit) : IServingSessions
    {
        public ConcurrentQueue<Session> Opened { get; } = new();

        public IServingSession Open(ServingContext context)
        {
            var session = new Session(context, credit);
            Opened.Enqueue(session);
            return session;
        }

        public sealed class Session(ServingContext context, long credit) : IServingSession
        {
            private long _credit = credit;

            public ServingContext Context => context;

            public long Spent { get; private set; }

            public List<FrameType> Frames { get; } = [];

            public List<(uint Window, ulong Bytes, bool Complete)> Windows { get; } = [];

            public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
            {
                Frames.Add(type);
                if (type == FrameType.SessionClose)
                {
                    _credit = long.MaxValue;
                    context.Sink.Send(new Offer(Hash32.Zero, context.Track.Stream, 0, 0, 0, Hash32.Zero, 0, 0));
                }
            }

            public bool TrySpend(int leafBytes)
            {
                if (Spent + leafBytes > _credit)
                {
                    return false;
                }

                Spent += leafBytes;
                return true;
            }

            public void OnWindowServed(SignedHead lastHead, ulong servedBytes, bool complete) => Windows.Add((lastHead.Head.Window, servedBytes, complete));

            public void Dispose()
            {
            }
        }
    }

    private sealed class Purse : IPayingSessions
    {
        public ConcurrentQueue<Session> Opened { get; } = new();

        public IPayingSession Open(PayingContext context)
        {
            var session = new Session(context);
            context.Sink.Send(new SessionOpenMessage(Address.Zero, context.Relay, Hash32.Zero, 0, default));
            Opened.Enqueue(session);
            return session;
        }

        public sealed class Session(PayingContext context) : IPayingSession
        {
            private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public PayingContext Context => context;

            public string? RefusedBecause { get; set; }

            public long Verified { get; private set; }

            public List<uint> Closed { get; } = [];

            public bool IsAcknowledged => _acknowledged.Task.IsCompleted;

            public TaskCompletionSource<bool> Disposed { get; } = new();

            public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
            {
                if (type == FrameType.Offer)
                {
                    _acknowledged.TrySetResult();
                }
            }

            public void OnVerified(int leafBytes) => Verified += leafBytes;

            public void OnWindowClosed(SignedHead lastHead) => Closed.Add(lastHead.Head.Window);

            public Task CloseAsync(CancellationToken cancel)
            {
                context.Sink.Send(new SessionClose(Address.Zero));
                return _acknowledged.Task.WaitAsync(cancel);
            }

            public ValueTask DisposeAsync()
            {
                Disposed.TrySetResult(true);
                return ValueTask.CompletedTask;
            }
        }
    }
}
