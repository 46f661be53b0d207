using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Relaying;

/// <summary>What all serving desks of a node share.</summary>
internal sealed record ServingFloor(MeshOptions Options, TrackShelf Shelf, Admission Admission, RecordBook Book, MeshMetrics Metrics);

/// <summary>Answers one peer's subscriptions: one feed a channel, fetches beside them, one session for the connection.</summary>
internal sealed class ServingDesk(PeerConnection peer, ServingFloor floor) : IDisposable
{
    /// <summary>Subscriptions that one connection may hold.</summary>
    public const int MaxFeeds = 16;

    private const int RecordsAfterRefusal = 16;
    private static readonly TimeSpan UnpaidBound = TimeSpan.FromSeconds(5);

    private readonly Dictionary<byte, (TrackFeed Feed, TrackCache Cache, long BitsPerSecond)> _feeds = [];
    private readonly FetchDesk _fetches = new(peer, floor);
    private SharedSession? _session;
    private bool _disposed;

    /// <summary>Subscriptions served now.</summary>
    public int Count => _feeds.Count;

    /// <summary>Whether the peer is subscribed to a track.</summary>
    public bool Serves(TrackKey track)
    {
        lock (_feeds)
        {
            return _feeds.Values.Any(entry => entry.Feed.Track == track);
        }
    }

    /// <summary>A Subscribe of the peer.</summary>
    public void OnSubscribe(in Subscribe request)
    {
        var cache = floor.Shelf.Find(new TrackKey(request.Stream, request.Track));
        if (IsForOthers(cache))
        {
            Refuse(request, RefusalCode.NotAccepted, 5_000, "This broadcaster pushes to other relays.");
        }
        else if (cache?.Newest is null)
        {
            Refuse(request, RefusalCode.NotCarried, 500, $"Track {new TrackKey(request.Stream, request.Track)} is not carried here.");
        }
        else if (cache is { Path: null, IsEnded: false } && peer.Role == PeerRole.Relay)
        {
            // A relay might be below this one already; a viewer gets at least what is cached.
            Refuse(request, RefusalCode.Stalled, 250, "Nothing arrives from upstream.");
        }
        else if (peer.Node is { } node && cache.Path?.Contains(node) == true)
        {
            Refuse(request, RefusalCode.NotAccepted, 250, "The subscriber is upstream of this node.");
        }
        else if (_session is not null && _session.Stream != request.Stream)
        {
            Refuse(request, RefusalCode.NotAccepted, 0, "A session pays for one stream: open another connection for another stream.");
        }
        else if (_feeds.Count >= MaxFeeds)
        {
            Refuse(request, RefusalCode.Full, 2_000, $"One connection holds at most {MaxFeeds} subscriptions.");
        }
        else
        {
            Admit(request, cache);
        }
    }

    /// <summary>A Fetch of the peer.</summary>
    public void OnFetch(in Fetch request)
    {
        var track = new TrackKey(request.Stream, request.Track);
        var cache = floor.Shelf.Find(track);
        var window = cache is null ? null : FindWindow(cache, request);
        lock (_feeds)
        {
            if (_disposed)
            {
                return;
            }

            _fetches.Drop(request.Channel);
            if (IsForOthers(cache))
            {
                Refuse(request, RefusalCode.NotAccepted, "This broadcaster pushes to other relays.");
            }
            else if (window is null)
            {
                Refuse(request, RefusalCode.NotCarried, $"Window {request.Window} of track {track} is not cached here.");
            }
            else if (_session is not null && _session.Stream != request.Stream)
            {
                Refuse(request, RefusalCode.NotAccepted, "A session pays for one stream: open another connection for another stream.");
            }
            else if (_fetches.IsFull || _feeds.ContainsKey(request.Channel))
            {
                Refuse(request, RefusalCode.Full, $"At most {FetchDesk.MaxFetches} fetches are answered at a time, each on a channel of its own.");
            }
            else
            {
                _session ??= NewSession(cache!.Track);
                peer.Send(new Subscribed(request.Channel, window.Run, window.Number));
                _fetches.Add(new FetchFeed(request, cache!, window, _session, floor.Options, floor.Metrics));
            }
        }
    }

    /// <summary>An Unsubscribe of the peer.</summary>
    public void OnUnsubscribe(byte channel) => Drop(channel);

    /// <summary>A session frame of the peer.</summary>
    public void OnSessionFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        // A refused Subscribe opens no session; the SessionOpen that was sent with it is not an error.
        _session?.OnFrame(type, body);
        peer.Signal();
    }

    /// <summary>Looks after subscriptions that are over or unpaid; called several times a second.</summary>
    public void Tick()
    {
        lock (_feeds)
        {
            foreach (var (channel, (feed, _, _)) in _feeds.ToList())
            {
                if (feed.IsEnded)
                {
                    Drop(channel);
                }
                else if (feed.IsUnpaid && floor.Options.Time.GetElapsedTime(feed.StartedAt) > UnpaidBound)
                {
                    Drop(channel);
                    peer.Send(new Refused(channel, RefusalCode.SessionNeeded, 1_000, "Open a paid session right after Subscribe."));
                }
            }

            _fetches.Tick();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_feeds)
        {
            _disposed = true;
            foreach (var channel in _feeds.Keys.ToList())
            {
                Drop(channel);
            }

            _fetches.Clear();
        }

        _session?.Dispose();
    }

    private void Admit(in Subscribe request, TrackCache cache)
    {
        Drop(request.Channel);
        var bits = cache.BitsPerSecond;
        if (floor.Admission.TryEnter(bits, out var reason))
        {
            Serve(request, cache, bits);
        }
        else
        {
            Refuse(request, RefusalCode.Full, 2_000, reason);
        }
    }

    private void Serve(in Subscribe request, TrackCache cache, long bits)
    {
        _session ??= NewSession(cache.Track);
        CachedWindow start;
        var waitFor = default((ulong Run, uint Number));
        var isHeld = false;
        lock (cache.Gate)
        {
            start = cache.Newest!;
            if (request.Window > start.Number)
            {
                // A subscriber that is ahead waits for its window; at most the next few can be meant.
                waitFor = request.Window - start.Number <= 3 ? (start.Run, request.Window) : default;
            }
            else if (request.Window != 0 && start.Number - request.Window <= 3 && cache.Find(start.Run, request.Window) is { } held)
            {
                start = held;
                isHeld = true;
            }
        }

        var waits = waitFor != default;
        peer.Send(new Subscribed(request.Channel, start.Run, waits ? waitFor.Number : start.Number));
        var feed = new TrackFeed(cache, peer, request.Channel, _session, waits ? null : start, isHeld || waits ? request.Parts : 0, waitFor, floor.Options, floor.Metrics);
        lock (_feeds)
        {
            if (_disposed)
            {
                floor.Admission.Leave(bits);
                return;
            }

            _feeds[request.Channel] = (feed, cache, bits);
            cache.Add(feed);
            peer.Add(feed);
        }
    }

    private static CachedWindow? FindWindow(TrackCache cache, in Fetch request)
    {
        lock (cache.Gate)
        {
            return cache.Find(request.Run == 0 ? cache.Newest?.Run ?? 0 : request.Run, request.Window) is { Head: not null } window ? window : null;
        }
    }

    private bool IsForOthers(TrackCache? cache) =>
        floor.Options.Role == PeerRole.Broadcaster && cache is not null && !peer.State.Announcements.WasSent(cache.Track);

    private SharedSession NewSession(TrackKey track) => new(track.Stream, Sessions().Open(new ServingContext(peer.Node, peer.Role, track, peer)));

    private void Refuse(in Fetch request, RefusalCode code, string reason)
    {
        floor.Metrics.Fetching.Refused.Add();
        peer.Send(new Refused(request.Channel, code, 1_000, reason));
    }

    private IServingSessions Sessions() => floor.Options.Role == PeerRole.Broadcaster ? FreeServing.Instance : floor.Options.ServingSessions;

    private void Refuse(in Subscribe request, RefusalCode code, uint retryAfterMs, string reason)
    {
        var channel = request.Channel;
        peer.Send(new Refused(channel, code, retryAfterMs, reason));
        foreach (var record in floor.Book.Carrying(new TrackKey(request.Stream, request.Track)).Where(r => r.Node != peer.Node).Take(RecordsAfterRefusal))
        {
            peer.TrySend(Frame.Encode(record));
        }
    }

    private void Drop(byte channel)
    {
        lock (_feeds)
        {
            _fetches.Drop(channel);
            if (_feeds.Remove(channel, out var entry))
            {
                entry.Feed.Stop();
                entry.Cache.Remove(entry.Feed);
                peer.Remove(entry.Feed);
                floor.Admission.Leave(entry.BitsPerSecond);
            }
        }
    }
}
