using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>Passes relay records on: all that are known to a new peer, each that is news to everybody else; and keeps this relay's own one fresh.</summary>
internal sealed class Gossip(MeshOptions options, ConnectionTable connections, RecordBook book, TrackShelf shelf)
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private IReadOnlyList<Endpoint> _endpoints = options.Endpoints;
    private TrackKey[] _issuedTracks = [];
    private long _issuedAt;
    private ulong _lastIssued;

    /// <summary>This relay's newest record; null before it has an address, and for nodes that are no relays.</summary>
    public RelayRecord? Own { get; private set; }

    /// <summary>The node's addresses.</summary>
    public IReadOnlyList<Endpoint> Endpoints
    {
        get => _endpoints;
        set
        {
            _endpoints = value;
            Renew(always: true);
        }
    }

    /// <summary>Tells a new peer all records.</summary>
    public void Greet(PeerConnection peer)
    {
        foreach (var record in book.Current.Where(record => record.Node != peer.Node))
        {
            if (!peer.TrySend(Frame.Encode(record)))
            {
                return;
            }
        }

        if (Own is { } own)
        {
            peer.TrySend(Frame.Encode(own));
        }
    }

    /// <summary>Takes a peer's record; true when it was news. Throws <see cref="WireException"/> for one that is too large or malformed.</summary>
    public bool Take(PeerConnection from, ReadOnlySpan<byte> body)
    {
        RelayRecord record;
        try
        {
            record = RelayRecord.Read(body);
        }
        catch (WireException)
        {
            book.CountMalformed();
            throw;
        }

        if (record.Node == options.NodeKey.Address || book.Accept(record) != RecordVerdict.New)
        {
            return false;
        }

        Spread(record, from);
        return true;
    }

    /// <summary>Issues this relay's record anew when it is 30 s old or its tracks have changed.</summary>
    public void Renew(bool always = false)
    {
        lock (_gate)
        {
            if (options.Role != PeerRole.Relay || _endpoints.Count == 0)
            {
                return;
            }

            var caches = shelf.All.Where(cache => cache is { IsEnded: false, Newest: not null, Path: not null }).Take(WireLimits.Tracks).ToList();
            var tracks = caches.Select(cache => cache.Track).ToArray();
            if (!always && Own is not null && options.Time.GetElapsedTime(_issuedAt) < Renewal && tracks.ToHashSet().SetEquals(_issuedTracks))
            {
                return;
            }

            // A later record must carry a later time, also within one millisecond.
            var issued = Math.Max((ulong)options.Time.GetUtcNow().ToUnixTimeMilliseconds(), _lastIssued + 1);
            Own = RelayRecord.Sign(
                options.NodeKey, options.Payout, options.Price, issued, issued + WireLimits.RecordLifeMs, _endpoints,
                [.. caches.Select(cache => new CarriedTrack(cache.Track, cache.Range.Oldest, cache.Range.Newest))], options.Domains.RelayStaking);
            _lastIssued = issued;
            _issuedTracks = tracks;
            _issuedAt = options.Time.GetTimestamp();
        }

        Spread(Own, null);
    }

    private void Spread(RelayRecord record, PeerConnection? except)
    {
        var frame = Frame.Encode(record);
        foreach (var peer in connections.Ready)
        {
            if (peer != except && peer.Node != record.Node)
            {
                peer.TrySend(frame);
            }
        }
    }
}
