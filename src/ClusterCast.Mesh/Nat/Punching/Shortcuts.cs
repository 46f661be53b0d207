using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>
/// While a track flows from a relay that can be dialed, tries the relays that carry it and can only be punched: one at a time, each once in five minutes. One
/// that answers sooner than the parent is preferred from then on; where the attempt fails, the parent stays.
/// </summary>
internal sealed class Shortcuts(MeshOptions options, ConnectionTable connections, RecordBook book, BanList bans, PunchDesk punches, ILogger log)
{
    private const int Capacity = 256;
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RoundTripPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoundTripGlance = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<Address, long> _tried = [];
    private Task _trying = Task.CompletedTask;

    /// <summary>Attempts so far.</summary>
    public int Attempts { get; private set; }

    /// <summary>Attempts that gave a connection.</summary>
    public int Successes { get; private set; }

    /// <summary>How long the newest attempt took to be decided.</summary>
    public TimeSpan? LastTook { get; private set; }

    /// <summary>Begins an attempt where one is due. Never blocks.</summary>
    public void Update(IEnumerable<TrackSubscription> subscriptions, CancellationToken cancel)
    {
        if (!_trying.IsCompleted)
        {
            return;
        }

        foreach (var subscription in subscriptions)
        {
            if (subscription.Statistics is { State: SubscriptionState.Flowing, Relay: { } parent }
                && book.Carrying(subscription.Track).FirstOrDefault(IsDue) is { } record
                && punches.CoordinatorFor(record) is { } coordinator)
            {
                Note(record.Node);
                _trying = TryAsync(subscription, parent, coordinator, record, cancel);
                return;
            }
        }
    }

    private bool IsDue(RelayRecord record) =>
        record.Node != options.NodeKey.Address && PunchAddress.IsOnly(record) && !connections.IsConnected(record.Node) && !bans.IsBanned(record.Node)
        && (options.MaxPrice is not { } most || record.Price <= most)
        && !(_tried.TryGetValue(record.Node, out var at) && options.Time.GetElapsedTime(at) < Again);

    private void Note(Address node)
    {
        if (_tried.Count >= Capacity)
        {
            _tried.Remove(_tried.MinBy(entry => entry.Value).Key);
        }

        _tried[node] = options.Time.GetTimestamp();
    }

    private async Task TryAsync(TrackSubscription subscription, Address parent, PeerConnection coordinator, RelayRecord record, CancellationToken cancel)
    {
        var began = options.Time.GetTimestamp();
        try
        {
            Attempts++;
            var peer = await punches.PunchAsync(coordinator, record.Node, cancel);
            LastTook = options.Time.GetElapsedTime(began);
            if (peer is null)
            {
                log.LogInformation("No direct way to {Node} through the NATs; {Track} stays with {Parent}", record.Node, subscription.Track, parent);
                return;
            }

            Successes++;
            var (trip, parentTrip) = (await RoundTripAsync(peer, cancel), connections.Ready.FirstOrDefault(other => other.Node == parent)?.RoundTrip);
            log.LogInformation(
                "Direct way to {Node} after {Took:0} ms, {Trip:0.0} ms away; the parent is {ParentTrip:0.0} ms away",
                record.Node, LastTook.Value.TotalMilliseconds, trip?.TotalMilliseconds, parentTrip?.TotalMilliseconds);
            if (trip < parentTrip)
            {
                subscription.Prefer(record.Node);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or MeshException)
        {
            log.LogDebug("The attempt to reach {Node} was given up: {Cause}", record.Node, e.Message);
        }
    }

    // The first ping leaves with the handshake; its answer is a round trip away.
    private async Task<TimeSpan?> RoundTripAsync(PeerConnection peer, CancellationToken cancel)
    {
        var since = options.Time.GetTimestamp();
        while (peer.RoundTrip is null && options.Time.GetElapsedTime(since) < RoundTripPatience)
        {
            await Task.Delay(RoundTripGlance, options.Time, cancel);
        }

        return peer.RoundTrip;
    }
}
