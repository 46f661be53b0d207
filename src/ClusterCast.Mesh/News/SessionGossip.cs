using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.News;

/// <summary>Passes on among relays which purse began and finished where. What it means is for <see cref="Sessions.IServingSessions"/> to say. Thread-safe.</summary>
internal sealed class SessionGossip : IDisposable
{
    /// <summary>Sessions held here that one peer is told of at a time; more than that, and the newest are told.</summary>
    public const int ToldAtOnce = NewsGate.SessionBurst / 2;

    private const int Remembered = 4_096;
    private const double SkewMs = 60_000;

    // Others count a session for ten minutes from when they heard of it.
    private static readonly TimeSpan RestateEvery = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(24);

    private readonly MeshOptions _options;
    private readonly ConnectionTable _connections;
    private readonly PeerScores _scores;
    private readonly NewsMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly SeenSet _seen = new(Remembered);
    private readonly SeenSet _seenEnds = new(Remembered);
    private long _restatedAt;

    /// <summary>Gossip that also tells of the sessions that are opened here.</summary>
    public SessionGossip(MeshOptions options, ConnectionTable connections, PeerScores scores, NewsMetrics metrics)
    {
        _options = options;
        _connections = connections;
        _scores = scores;
        _metrics = metrics;
        _restatedAt = options.Time.GetTimestamp();
        options.ServingSessions.Opened += Tell;
        options.ServingSessions.Closed += TellEnd;
    }

    /// <summary>Tells a relay the sessions that this node itself holds open.</summary>
    public void Greet(PeerConnection peer)
    {
        if (!IsTold(peer))
        {
            return;
        }

        foreach (var open in _options.ServingSessions.Held.OrderByDescending(open => open.Time).Take(ToldAtOnce))
        {
            peer.TrySend(Frame.Encode(new SessionNews(open)));
        }
    }

    /// <summary>Tells all relays once more, when it is time; called several times a second.</summary>
    public void Restate()
    {
        if (_options.Time.GetElapsedTime(_restatedAt) < RestateEvery)
        {
            return;
        }

        _restatedAt = _options.Time.GetTimestamp();
        foreach (var peer in _connections.Ready)
        {
            Greet(peer);
        }
    }

    /// <summary>Takes a peer's news. Throws <see cref="WireException"/>.</summary>
    public void Take(PeerConnection from, ReadOnlySpan<byte> body)
    {
        if (!from.State.News.Sessions.TryTake())
        {
            _metrics.Limited.Add();
            return;
        }

        var news = SessionNews.Read(body);
        var open = news.Open;
        var age = AgeOf(open.Time);

        // The connection proves the node: a relay can say of its own sessions that they are still open.
        var isRestated = from.Node == open.Relay;
        if (age < -SkewMs || age > (isRestated ? LongestSession.TotalMilliseconds : SkewMs))
        {
            _metrics.Stale.Add();
            return;
        }

        var digest = new SessionOpen(open.Purse, open.Relay, open.Nonce, open.Time).Digest(_options.Domains.RelayStaking);
        if (!isRestated && IsKnown(_seen, digest))
        {
            return;
        }

        if (!IsSigned(digest, open.Signature, open.Purse))
        {
            Blame(from, "The session news are not signed by the purse.");
            return;
        }

        // Only what is of now goes round; an old one is a word between two.
        var isNew = age <= SkewMs && TryRemember(_seen, digest);
        if (!isNew && !isRestated)
        {
            _metrics.Duplicate.Add();
            return;
        }

        (isNew ? _metrics.SessionNewsAccepted : _metrics.SessionsRestated).Add();
        _options.ServingSessions.OnNews(open);
        if (isNew)
        {
            Spread(Frame.Encode(news), from);
        }
    }

    /// <summary>Takes a peer's news of an end. Throws <see cref="WireException"/>.</summary>
    public void TakeEnd(PeerConnection from, ReadOnlySpan<byte> body)
    {
        if (!from.State.News.Ends.TryTake())
        {
            _metrics.Limited.Add();
            return;
        }

        var end = SessionEndMessage.Read(body);
        if (Math.Abs(AgeOf(end.Time)) > SkewMs)
        {
            _metrics.Stale.Add();
            return;
        }

        var digest = new SessionEnd(end.Purse, end.Relay, end.Nonce, end.Time).Digest(_options.Domains.RelayStaking);
        if (IsKnown(_seenEnds, digest))
        {
            return;
        }

        if (!IsSigned(digest, end.Signature, end.Relay))
        {
            Blame(from, "The end of a session is not signed by its relay.");
            return;
        }

        if (!TryRemember(_seenEnds, digest))
        {
            _metrics.Duplicate.Add();
            return;
        }

        _metrics.SessionEndsAccepted.Add();
        _options.ServingSessions.OnEnd(end);
        Spread(Frame.Encode(end), from);
    }

    /// <summary>The node stops: what it still holds ends now.</summary>
    public void Dispose()
    {
        _options.ServingSessions.Opened -= Tell;
        _options.ServingSessions.Closed -= TellEnd;
        foreach (var open in _options.ServingSessions.Held)
        {
            TellEnd(open);
        }
    }

    private static bool IsTold(PeerConnection peer) => peer is { Role: PeerRole.Relay, Node: not null };

    private static bool IsSigned(in Hash32 digest, in Signature signature, Address signer) =>
        Secp256k1.TryRecover(digest, signature, out var found) && found == signer;

    private double AgeOf(ulong time) => _options.Time.GetUtcNow().ToUnixTimeMilliseconds() - (double)time;

    private bool IsKnown(SeenSet seen, Hash32 digest)
    {
        lock (_gate)
        {
            if (!seen.Contains(digest))
            {
                return false;
            }
        }

        _metrics.Duplicate.Add();
        return true;
    }

    private bool TryRemember(SeenSet seen, Hash32 digest)
    {
        lock (_gate)
        {
            return seen.TryAdd(digest);
        }
    }

    private void Blame(PeerConnection from, string reason)
    {
        _metrics.Forged.Add();
        if (from.Node is { } node)
        {
            _scores.Fail(node);
        }

        from.Close(GoodbyeCode.ProtocolError, reason);
    }

    private void Tell(SessionOpenMessage open)
    {
        TryRemember(_seen, new SessionOpen(open.Purse, open.Relay, open.Nonce, open.Time).Digest(_options.Domains.RelayStaking));
        Spread(Frame.Encode(new SessionNews(open)), null);
    }

    private void TellEnd(SessionOpenMessage open)
    {
        var end = new SessionEnd(open.Purse, open.Relay, open.Nonce, (ulong)_options.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var digest = end.Digest(_options.Domains.RelayStaking);
        TryRemember(_seenEnds, digest);
        Spread(Frame.Encode(new SessionEndMessage(end.Purse, end.Relay, end.Nonce, end.Time, _options.NodeKey.Sign(digest))), null);
    }

    private void Spread(byte[] frame, PeerConnection? except)
    {
        foreach (var peer in _connections.Ready)
        {
            if (peer != except && IsTold(peer))
            {
                peer.TrySend(frame);
            }
        }
    }
}
