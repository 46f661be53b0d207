using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Node.Settlement;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Payments;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Tests.Settlement;

/// <summary>Real tills behind real relays: a purse that has eight sessions open, each at a relay of its own, gets no ninth.</summary>
[Collection("Meters of the process")]
public sealed class SessionNewsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly Domains Domains = Domains.Of(31_337, At(1), At(2), At(3));
    private static readonly PrivateKey Purse = PrivateKey.Create(SystemRandomSource.Instance);

    [Fact]
    public async Task A_ninth_session_of_one_purse_is_refused_at_a_relay_that_never_saw_it()
    {
        using var folder = new TempFolder();
        await using var relays = new Relays(folder, 9);
        await relays.Until(() => relays.Nodes[0].Peers.Count == 8 && relays.Nodes.All(node => node.Peers.Count > 0));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(FrameType.Offer, await relays.OpenAsync(i));
        }

        // The last one is not connected with seven of the others; the first passes the news on.
        await relays.Until(() => relays.Nodes[8].Snapshot().News.SessionNewsAccepted == 8);
        Assert.Equal(FrameType.SessionRefused, await relays.OpenAsync(8));
    }

    [Fact]
    public async Task Nine_relays_one_after_the_other_all_serve()
    {
        using var folder = new TempFolder();
        await using var relays = new Relays(folder, 9);
        await relays.Until(() => relays.Nodes[0].Peers.Count == 8 && relays.Nodes.All(node => node.Peers.Count > 0));
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(FrameType.Offer, await relays.OpenAsync(i));
            relays.Close(i);
            await relays.Until(() => relays.Nodes.Index().All(node => node.Item.Snapshot().News.SessionEndsAccepted == (node.Index <= i ? i : i + 1)));
        }
    }

    [Fact]
    public async Task A_relay_that_joins_late_refuses_a_ninth_session_too()
    {
        using var folder = new TempFolder();
        await using var relays = new Relays(folder, 8);
        await relays.Until(() => relays.Nodes[0].Peers.Count == 7 && relays.Nodes.All(node => node.Peers.Count > 0));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(FrameType.Offer, await relays.OpenAsync(i));
        }

        // Nothing is on its way any more: the ninth hears what it is told when it joins.
        await relays.Until(() => relays.Nodes.All(node => node.Snapshot().News.SessionNewsAccepted == 7));
        relays.Add(folder, [.. relays.Nodes]);
        await relays.Until(() => relays.Nodes[8].Snapshot().News.SessionNewsAccepted == 8);
        Assert.Equal(FrameType.SessionRefused, await relays.OpenAsync(8));
    }

    private static Address At(byte last) => Address.From([.. new byte[19], last]);

    private sealed class Relays : IAsyncDisposable
    {
        private readonly List<Till> _tills = [];
        private readonly List<WinnerStore> _stores = [];
        private readonly Dictionary<int, TillSession> _sessions = [];

        public Relays(TempFolder folder, int count)
        {
            for (var i = 0; i < count; i++)
            {
                Add(folder, [.. Nodes.Take(1)]);
            }
        }

        /// <summary>One more relay, connected with these.</summary>
        public void Add(TempFolder folder, MeshNode[] peers)
        {
            var key = PrivateKey.Create(SystemRandomSource.Instance);
            var store = WinnerStore.Open(folder.File($"winners-{Nodes.Count}.db"));
            var till = new Till(
                key, Domains, new TillTariff(10_000, 10_000, 500_000), new TillPolicy(), new RichChain(), store, new EpochClock(TimeProvider.System, 86_400),
                SystemRandomSource.Instance);
            _stores.Add(store);
            _tills.Add(till);
            var node = new MeshNode(new MeshOptions
            {
                Role = PeerRole.Relay,
                NodeKey = key,
                Domains = Domains,
                SigningKeys = new NoKeys(),
                TlsListen = new IPEndPoint(IPAddress.Loopback, 0),
                ServingSessions = new TillSessions(till),
                MaxPeers = Math.Max(1, peers.Length),
                BootstrapPeers = [.. peers.Select(peer => new BootstrapPeer(peer.NodeId, $"tls://{peer.TlsEndpoint}"))],
            });
            node.Start();
            Nodes.Add(node);
        }

        public List<MeshNode> Nodes { get; } = [];

        /// <summary>Opens a session at one relay, as a connection with a viewer would; returns what the relay answers.</summary>
        public async Task<FrameType> OpenAsync(int relay)
        {
            var answer = new TaskCompletionSource<FrameType>(TaskCreationOptions.RunContinuationsAsynchronously);
            var session = _sessions[relay] = _tills[relay].Open(new StreamId(1), frame => answer.TrySetResult((FrameType)frame[0]));
            var open = new SessionOpen(
                Purse.Address, Nodes[relay].NodeId, Keccak256.Hash([(byte)relay]), (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var frame = Frame.Encode(new SessionOpenMessage(open.Purse, open.Relay, open.Nonce, open.Time, Purse.Sign(open.Digest(Domains.RelayStaking))));
            Assert.True(Frame.TryRead(frame, out var type, out var header, out _));
            session.OnFrame(type, frame.AsSpan(header));
            return await answer.Task.WaitAsync(Bound);
        }

        public void Close(int relay) => _sessions[relay].Dispose();

        public async Task Until(Func<bool> condition)
        {
            using var bound = new CancellationTokenSource(Bound);
            while (!condition())
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), bound.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var node in Nodes)
            {
                await node.DisposeAsync();
            }

            _tills.ForEach(till => till.Dispose());
            _stores.ForEach(store => store.Dispose());
        }
    }

    private sealed class RichChain : ITillChain
    {
        public ValueTask<PurseState?> GetPurseAsync(Address viewingKey, CancellationToken cancellationToken) => new(new PurseState(50_000_000, 0, 0));

        public ValueTask<StreamTerms?> GetTermsAsync(StreamId stream, CancellationToken cancellationToken) => new(new StreamTerms(1, 0, 500));
    }

    private sealed class NoKeys : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) => false;
    }
}
