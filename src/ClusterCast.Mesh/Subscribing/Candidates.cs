using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Nat.Punching;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Tree;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>A relay that a track can be taken from.</summary>
/// <param name="Node">Its node id.</param>
/// <param name="Peer">A live connection; null when it must be dialed.</param>
/// <param name="Record">Its record; null when it has none.</param>
/// <param name="Path">The way from the broadcaster to it, when it has announced the track.</param>
/// <param name="IsPush">Whether it is the broadcaster.</param>
/// <param name="IsWithdrawn">Whether it says that nothing comes to it at the moment. It still has what it has cached.</param>
/// <param name="Cost">Price, distance and failures in one number of milliseconds; less is better.</param>
internal sealed record Candidate(Address Node, PeerConnection? Peer, RelayRecord? Record, Address[]? Path, bool IsPush, bool IsWithdrawn, double Cost);

/// <summary>Finds the relays that a track can be taken from, and chooses among them.</summary>
internal sealed class Candidates(MeshOptions options, ConnectionTable connections, RecordBook book, BanList bans, PeerScores scores)
{
    private const double HopCost = 100;
    private const double UnknownRoundTripCost = 50;
    private const double DialCost = 150;
    private const double WithdrawnCost = 10_000;
    private const double FailureCost = 200;
    private const double PriceDoublingCost = 100;
    private const double FullCost = 200;
    private const double AboutEqual = 30;
    private const int ExplorePercent = 10;

    /// <summary>All that can be asked now, best first.</summary>
    /// <param name="track">The track.</param>
    /// <param name="forRelay">A relay takes only announced tracks whose path it is not in: that keeps the tree free of loops.</param>
    /// <param name="isResting">Nodes that are not to be asked at the moment.</param>
    public List<Candidate> Find(TrackKey track, bool forRelay, Func<Address, bool> isResting)
    {
        var own = options.NodeKey.Address;
        var found = new Dictionary<Address, Candidate>();
        foreach (var peer in connections.Ready)
        {
            if (peer.Node is not { } node || node == own || bans.IsBanned(node) || isResting(node))
            {
                continue;
            }

            var announce = peer.State.Announcements.Find(track);
            var record = book.Find(node);
            var isPush = announce is { Path.Length: 1 } && peer.Role == PeerRole.Broadcaster;
            var isWithdrawn = peer.State.Announcements.IsWithdrawn(track);
            var carries = announce is not null
                ? !announce.Value.Path.Contains(own)
                : !forRelay && (isWithdrawn || Carries(record, track));
            if (!carries || !IsAffordable(record, isPush) || (found.TryGetValue(node, out var other) && other is { Peer: not null, Path: not null }))
            {
                continue;
            }

            // A connection whose session pays for another stream does not serve; its relay is dialed once more.
            var isFree = isPush || peer.State.Paying.IsFreeFor(track.Stream);
            if (isFree || (record is not null && !found.ContainsKey(node)))
            {
                found[node] = new Candidate(node, isFree ? peer : null, record, announce?.Path, isPush, isWithdrawn, 0);
            }
        }

        if (!forRelay)
        {
            foreach (var record in book.Carrying(track))
            {
                if (record.Node != own && !found.ContainsKey(record.Node) && !bans.IsBanned(record.Node) && !isResting(record.Node)
                    && IsAffordable(record, isPush: false) && !connections.IsConnected(record.Node) && !PunchAddress.IsOnly(record))
                {
                    found[record.Node] = new Candidate(record.Node, null, record, null, IsPush: false, IsWithdrawn: false, 0);
                }
            }
        }

        return Rank([.. found.Values]);
    }

    /// <summary>One of the candidates: the best, or of two about equal ones at random the less loaded; one time in ten any, to learn of it.</summary>
    /// <param name="ranked">The candidates, best first.</param>
    /// <param name="forRelay">Whether the choice is a relay's.</param>
    /// <param name="explores">Whether this is a time to learn.</param>
    public Candidate Choose(List<Candidate> ranked, bool forRelay, bool explores)
    {
        if (forRelay)
        {
            // The shortest path wins, so that every relay builds the same tree.
            return ranked.OrderBy(c => c.Path!.Length + scores.Failures(c.Node)).ThenBy(c => c.Cost).First();
        }

        if (explores && ranked.Count > 1 && options.Random.Below(100) < ExplorePercent)
        {
            ranked = ranked[0].IsWithdrawn ? ranked : ranked.FindAll(c => !c.IsWithdrawn);
            return ranked[options.Random.Below(ranked.Count)];
        }

        var good = ranked.Count(c => c.Cost <= ranked[0].Cost + AboutEqual);
        var first = ranked[options.Random.Below(good)];
        var second = ranked[options.Random.Below(good)];
        return Burden(second) < Burden(first) ? second : first;
    }

    // What a node itself carries now weighs most between two that cost the same: so newcomers spread, although all see the same records.
    private double Burden(Candidate candidate) => (candidate.Peer?.State.Load ?? 0) + (100 * scores.Failures(candidate.Node));

    private static bool Carries(RelayRecord? record, TrackKey track) => record is not null && record.Tracks.Any(t => t.Track == track);

    private bool IsAffordable(RelayRecord? record, bool isPush) => isPush || record is null || options.MaxPrice is not { } limit || record.Price <= limit;

    private List<Candidate> Rank(List<Candidate> found)
    {
        var prices = found.Where(c => !c.IsPush && c.Record is { Price: > 0 }).Select(c => c.Record!.Price).ToList();
        var cheapest = prices.Count > 0 ? prices.Min() : 1;
        return
        [
            .. found
                .Select(c => c with
                {
                    Cost = (HopCost * (c.Path?.Length ?? 2))
                        + (c.Peer?.RoundTrip?.TotalMilliseconds ?? UnknownRoundTripCost)
                        + (c.Peer is null ? DialCost : 0)
                        + (c.IsWithdrawn ? WithdrawnCost : 0)
                        + (FullCost * Math.Pow((c.Peer?.State.Load ?? 0) / 100.0, 2))
                        + (FailureCost * scores.Failures(c.Node))
                        + (!c.IsPush && c.Record is { Price: > 0 } record ? PriceDoublingCost * Math.Log2((double)record.Price / cheapest) : 0),
                })
                .OrderBy(c => c.Cost),
        ];
    }
}
