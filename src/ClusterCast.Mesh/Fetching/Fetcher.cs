using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Fetching;

/// <summary>
/// Gets cached windows from peers: asks those that are likely to have them, one after the other, at most three, and four at a time of one peer. What a relay
/// answers is paid like live media.
/// </summary>
internal sealed class Fetcher(
    MeshOptions options,
    ConnectionTable connections,
    RecordBook book,
    BanList bans,
    PeerScores scores,
    TrustedKeys keys,
    MeshMetrics metrics,
    Func<RelayRecord, TrackKey, CancellationToken, Task<PeerConnection>> dial,
    Action<Corruption> convict)
{
    private const int Tries = 3;
    private const int Unlikely = 9;
    private static readonly TimeSpan LingerFor = TimeSpan.FromSeconds(2);

    private readonly List<Task> _lingering = [];
    private readonly CancellationTokenSource _stop = new();
    /// <summary>The window as far as a peer has it, verified; null when none has.</summary>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="parent">The peer to ask first, whatever it says that it has; null for none.</param>
    /// <param name="mayDial">Whether a relay may be dialed whose record says that it has the window.</param>
    /// <param name="patience">How long one peer may take.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<VerifiedWindow?> FetchAsync(Wanted wanted, PeerConnection? parent, bool mayDial, TimeSpan patience, CancellationToken cancel)
    {
        var asked = 0;
        foreach (var peer in Peers(wanted, parent))
        {
            if (asked++ < Tries && await AskAsync(peer, wanted, patience, cancel) is { } window)
            {
                metrics.Fetching.Fetched.Add();
                return window;
            }
        }

        foreach (var record in mayDial ? Strangers(wanted) : [])
        {
            if (asked++ < Tries && await DialAsync(record, wanted.Track, cancel) is { } peer && await AskAsync(peer, wanted, patience, cancel) is { } window)
            {
                metrics.Fetching.Fetched.Add();
                return window;
            }
        }

        metrics.Fetching.Missed.Add();
        return null;
    }

    /// <summary>Closes the sessions that fetches have left open, with their closing tickets.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        Task[] lingering;
        lock (_lingering)
        {
            lingering = [.. _lingering];
        }

        await Task.WhenAll(lingering);
    }

    private static bool IsPush(PeerConnection peer, TrackKey track) =>
        peer.Role == PeerRole.Broadcaster && peer.State.Announcements.Find(track) is { Path.Length: 1 };

    // The parent first; then who says that it has the window; then who carries the track and may have it. Of equals, those that are paid already; and of those that
    // are not only the best, since relays count the sessions of a purse.
    private List<PeerConnection> Peers(Wanted wanted, PeerConnection? parent)
    {
        var ranked = connections.Ready
            .Where(peer => peer.Node is { } node && !bans.IsBanned(node) && IsUsable(peer, wanted.Track))
            .Select(peer => (Peer: peer, Rank: peer == parent ? 0 : Rank(peer, wanted)))
            .Where(entry => entry.Rank < Unlikely)
            .OrderBy(entry => entry.Rank)
            .ThenBy(entry => entry.Peer.RoundTrip ?? TimeSpan.MaxValue)
            .Select(entry => entry.Peer)
            .DistinctBy(peer => peer.Node)
            .ToList();
        var firstNew = ranked.Find(peer => !IsPaid(peer, wanted.Track));
        ranked.RemoveAll(peer => peer != firstNew && !IsPaid(peer, wanted.Track));
        return ranked;
    }

    private static bool IsPaid(PeerConnection peer, TrackKey track) => IsPush(peer, track) || peer.State.Paying.Session is not null;

    private int Rank(PeerConnection peer, Wanted wanted)
    {
        var dearer = IsPaid(peer, wanted.Track) ? 0 : 1;
        var told = peer.State.Announcements;
        return peer.State.Haves.Holds(wanted.Track, wanted.Run, wanted.Window) ? 1 + dearer
            : told.Find(wanted.Track) is not null || (book.Find(peer.Node!.Value) is { } record && Covers(record, wanted)) ? 3 + dearer
            // Nothing comes to it at the moment; it still has what it has cached.
            : told.IsWithdrawn(wanted.Track) ? 5 + dearer
            : Unlikely;
    }

    private static bool Covers(RelayRecord record, Wanted wanted) =>
        record.Tracks.Any(t => t.Track == wanted.Track && t.OldestWindow <= wanted.Window);

    private List<RelayRecord> Strangers(Wanted wanted) =>
    [
        .. book.Carrying(wanted.Track)
            .Where(record => !bans.IsBanned(record.Node) && !connections.IsConnected(record.Node) && IsAffordable(record) && Covers(record, wanted))
            .OrderBy(record => scores.Failures(record.Node)),
    ];

    // A session that is being closed is waited for.
    private bool IsUsable(PeerConnection peer, TrackKey track) =>
        IsPush(peer, track)
        || ((peer.State.Paying.IsFreeFor(track.Stream) || !peer.State.Paying.SettledAsync().IsCompleted) && (book.Find(peer.Node!.Value) is not { } record || IsAffordable(record)));

    private bool IsAffordable(RelayRecord record) => options.MaxPrice is not { } limit || record.Price <= limit;

    private async Task<PeerConnection?> DialAsync(RelayRecord record, TrackKey track, CancellationToken cancel)
    {
        try
        {
            return await dial(record, track, cancel);
        }
        catch (MeshException)
        {
            scores.Fail(record.Node);
            return null;
        }
    }

    private async Task<VerifiedWindow?> AskAsync(PeerConnection peer, Wanted wanted, TimeSpan patience, CancellationToken cancel)
    {
        if (!peer.State.TryBeginFetch())
        {
            return null;
        }

        try
        {
            await peer.State.Paying.SettledAsync().WaitAsync(patience, options.Time, cancel);
            return await AskFreePeerAsync(peer, wanted, patience, cancel);
        }
        catch (TimeoutException)
        {
            scores.Fail(peer.Node!.Value, 0.25);
            return null;
        }
        finally
        {
            peer.State.EndFetch();
        }
    }

    private async Task<VerifiedWindow?> AskFreePeerAsync(PeerConnection peer, Wanted wanted, TimeSpan patience, CancellationToken cancel)
    {
        var node = peer.Node!.Value;
        WindowFetch? fetch = null;
        if (!peer.State.Inlets.TryAdd(channel => fetch = new WindowFetch(channel, node, wanted, options.Domains.StreamKeys, keys, convict)) || fetch is null)
        {
            return null;
        }

        var isFree = IsPush(peer, wanted.Track);
        var isPaid = false;
        try
        {
            if (!fetch.TryAsk(peer, isFree ? null : () => options.PayingSessions.Open(new PayingContext(node, book.Find(node), wanted.Track, peer))))
            {
                return null;
            }

            isPaid = !isFree;
            return peer.IsReady ? await fetch.Done.WaitAsync(patience, options.Time, cancel) : null;
        }
        finally
        {
            peer.State.Inlets.Remove(fetch.Channel);
            if (!fetch.Done.IsCompleted)
            {
                peer.Send(new Unsubscribe(fetch.Channel));
            }

            if (isPaid)
            {
                Linger(peer.State.Paying);
            }
        }
    }

    // Fetches come in series; a session with its closing ticket for each would cost more than the window.
    private void Linger(PayingSlot slot)
    {
        lock (_lingering)
        {
            _lingering.RemoveAll(task => task.IsCompleted);
            _lingering.Add(LeaveAsync(slot));
        }
    }

    private async Task LeaveAsync(PayingSlot slot)
    {
        await Task.Delay(LingerFor, options.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await slot.LeaveAsync();
    }
}
