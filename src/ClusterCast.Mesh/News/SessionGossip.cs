using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.News;

/// <summary>Passes on among relays which purse began where. What it means is for <see cref="Sessions.IServingSessions"/> to say. Thread-safe.</summary>
internal sealed class SessionGossip : IDisposable
{
    private const int Remembered = 4_096;
    private const double SkewMs = 60_000;

    private readonly MeshOptions _options;
    private readonly ConnectionTable _connections;
    private readonly PeerScores _scores;
    private readonly NewsMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly SeenSet _seen = new(Remembered);

    /// <summary>Gossip that also tells of the sessions that are opened here.</summary>
    public SessionGossip(MeshOptions options, ConnectionTable connections, PeerScores scores, NewsMetrics metrics)
    {
        _options = options;
        _connections = connections;
        _scores = scores;
        _metrics = metrics;
        options.ServingSessions.Opened += Tell;
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
        if (Math.Abs((double)open.Time - _options.Time.GetUtcNow().ToUnixTimeMilliseconds()) > SkewMs)
        {
            _metrics.Stale.Add();
            return;
        }

        var digest = Digest(open);
        lock (_gate)
        {
            if (_seen.Contains(digest))
            {
                _metrics.Duplicate.Add();
                return;
            }
        }

        if (!Secp256k1.TryRecover(digest, open.Signature, out var signer) || signer != open.Purse)
        {
            _metrics.Forged.Add();
            if (from.Node is { } node)
            {
                _scores.Fail(node);
            }

            from.Close(GoodbyeCode.ProtocolError, "The session news are not signed by the purse.");
            return;
        }

        lock (_gate)
        {
            if (!_seen.TryAdd(digest))
            {
                _metrics.Duplicate.Add();
                return;
            }
        }

        _metrics.SessionNewsAccepted.Add();
        _options.ServingSessions.OnNews(open);
        Spread(news, from);
    }

    /// <inheritdoc/>
    public void Dispose() => _options.ServingSessions.Opened -= Tell;

    private void Tell(SessionOpenMessage open)
    {
        lock (_gate)
        {
            _seen.TryAdd(Digest(open));
        }

        Spread(new SessionNews(open), null);
    }

    private Protocol.Identifiers.Hash32 Digest(in SessionOpenMessage open) =>
        new SessionOpen(open.Purse, open.Relay, open.Nonce, open.Time).Digest(_options.Domains.RelayStaking);

    private void Spread(in SessionNews news, PeerConnection? except)
    {
        var frame = Frame.Encode(news);
        foreach (var peer in _connections.Ready)
        {
            if (peer != except && peer is { Role: PeerRole.Relay, Node: not null })
            {
                peer.TrySend(frame);
            }
        }
    }
}
