using System.Collections.Concurrent;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.News;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.News;

/// <summary>News of sessions between relays.</summary>
public sealed class SessionGossipTests
{
    [Fact]
    public async Task A_session_opened_at_one_relay_is_heard_of_at_all_others_and_not_by_viewers()
    {
        await using var world = new MeshWorld();
        var desks = Enumerable.Range(0, 3).Select(_ => new NewsDesk()).ToArray();
        var first = world.Relay(1, options => options with { ServingSessions = desks[0] });
        var second = world.Relay(2, options => options with { ServingSessions = desks[1], MaxPeers = 1, BootstrapPeers = [PeerOf(first)] });
        var third = world.Relay(3, options => options with { ServingSessions = desks[2], MaxPeers = 1, BootstrapPeers = [PeerOf(second)] });
        var viewerDesk = new NewsDesk();
        var viewer = world.Viewer(20, options => options with { ServingSessions = viewerDesk, BootstrapPeers = [PeerOf(first)] });
        await world.Until(() => first.Peers.Count >= 2 && third.Peers.Count >= 1 && viewer.Peers.Count >= 1);

        var open = Open(first.NodeId);
        desks[0].Tell(open);
        await world.Until(() => desks[1].Heard.Contains(open) && desks[2].Heard.Contains(open));
        Assert.Empty(desks[0].Heard);
        Assert.Empty(viewerDesk.Heard);
        Assert.Single(desks[2].Heard);
    }

    [Fact]
    public async Task Old_known_and_forged_news_are_dropped_and_counted()
    {
        await using var world = new MeshWorld();
        var desk = new NewsDesk();
        var relay = world.Relay(1, options => options with { ServingSessions = desk });
        await using var web = await WebEnd.Open(relay);
        using var peer = await RawPeer.Join(web.Url);
        var open = Open(MeshWorld.At(5));
        await peer.Send(new SessionNews(open));
        await peer.Send(new SessionNews(open));
        await peer.Send(new SessionNews(Open(MeshWorld.At(5), Offences.Now - 120_000)));
        await peer.Send(new SessionNews(open with { Relay = MeshWorld.At(6) }));
        Assert.Equal(GoodbyeCode.ProtocolError, Goodbye.Read((await peer.Read(FrameType.Goodbye)).Body).Code);
        Assert.Equal(new NewsSnapshot(0, SessionNewsAccepted: 1, 0, 0, Duplicate: 1, Stale: 1, 0, Forged: 1, 0), relay.Snapshot().News);
        Assert.Equal([open], desk.Heard);
    }

    [Fact]
    public async Task Older_news_count_from_the_relay_that_they_name_alone_and_an_end_needs_its_signature()
    {
        await using var world = new MeshWorld();
        var desk = new NewsDesk();
        var relay = world.Relay(1, options => options with { ServingSessions = desk });
        var peer = MeshWorld.Key(5);
        var transport = new MemoryTransport(peer.Address);
        var running = relay.Connector.RunAsync(transport);
        var open = Open(peer.Address, Offences.Now - 3_600_000);
        await transport.Input.WriteAsync(Frame.Encode(new Hello(1, PeerRole.Relay, MeshWorld.Domains.RelayStaking.ChainId, Hash32.Zero)));
        await transport.Input.WriteAsync(Frame.Encode(new SessionNews(open)));
        await transport.Input.WriteAsync(Frame.Encode(new SessionNews(Open(MeshWorld.At(6), Offences.Now - 3_600_000))));
        await transport.Input.WriteAsync(Frame.Encode(new SessionNews(Open(peer.Address, Offences.Now - 86_460_000))));
        var end = End(open, peer);
        await transport.Input.WriteAsync(Frame.Encode(end));
        await transport.Input.WriteAsync(Frame.Encode(end));
        await transport.Input.WriteAsync(Frame.Encode(End(open, peer, Offences.Now - 120_000)));
        await transport.Input.WriteAsync(Frame.Encode(End(open, MeshWorld.Key(70), Offences.Now - 1_000)));
        await world.Until(() => relay.Snapshot().News.Forged == 1);
        Assert.Equal(new NewsSnapshot(0, 0, SessionsRestated: 1, SessionEndsAccepted: 1, Duplicate: 1, Stale: 3, 0, Forged: 1, 0), relay.Snapshot().News);
        Assert.Equal([open], desk.Heard);
        Assert.Equal([end], desk.Ended);
        transport.Input.Complete();
        transport.Abort();
        await running.WaitAsync(MeshWorld.Bound);
    }

    private static SessionEndMessage End(SessionOpenMessage open, PrivateKey signer, ulong? time = null)
    {
        var end = new SessionEnd(open.Purse, open.Relay, open.Nonce, time ?? Offences.Now);
        return new SessionEndMessage(end.Purse, end.Relay, end.Nonce, end.Time, signer.Sign(end.Digest(MeshWorld.Domains.RelayStaking)));
    }

    private static SessionOpenMessage Open(Address relay, ulong? time = null)
    {
        var purse = MeshWorld.Key(70);
        var open = new SessionOpen(purse.Address, relay, Keccak256.Hash("nonce"u8), time ?? Offences.Now);
        return new SessionOpenMessage(open.Purse, open.Relay, open.Nonce, open.Time, purse.Sign(open.Digest(MeshWorld.Domains.RelayStaking)));
    }

    private static BootstrapPeer PeerOf(MeshNode relay) => new(relay.NodeId, $"tls://{relay.TlsEndpoint}");

    /// <summary>A till of which only the news are of interest.</summary>
    private sealed class NewsDesk : IServingSessions
    {
        public event Action<SessionOpenMessage>? Opened;

        public ConcurrentQueue<SessionOpenMessage> Heard { get; } = new();

        public ConcurrentQueue<SessionEndMessage> Ended { get; } = new();

        public IServingSession Open(ServingContext context) => FreeServing.Instance.Open(context);

        public void OnNews(in SessionOpenMessage open) => Heard.Enqueue(open);

        public void OnEnd(in SessionEndMessage end) => Ended.Enqueue(end);

        public void Tell(SessionOpenMessage open) => Opened?.Invoke(open);
    }
}
