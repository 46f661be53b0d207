using ClusterCast.Mesh;
using ClusterCast.Node.Settlement;
using ClusterCast.Payments;

namespace ClusterCast.Node.Relay;

/// <summary>What a relay says of itself at <c>/api/status</c>.</summary>
internal sealed class RelayStatus(MeshNode mesh, TillDesk till, PurseDesk purse)
{
    /// <summary>The values now, for JSON.</summary>
    public object Read()
    {
        var statistics = till.Till.Statistics;
        var totals = till.Totals;
        var carried = mesh.Carried;
        var paid = purse.Purse.Statistics.Total;
        return new
        {
            role = "relay",
            node = mesh.NodeId.ToString(),
            dhtNodes = mesh.Dht?.Nodes,
            tracks = carried.Count,
            transports = mesh.Peers.CountBy(peer => peer.Transport).OrderBy(count => count.Key, StringComparer.Ordinal).ToDictionary(),
            subscribers = carried.Sum(track => track.Subscribers),
            served = Money.FormatMegabytes(statistics.BytesServed),
            tickets = statistics.TicketsAccepted,
            won = totals.All,
            redeemed = Money.Format(totals.FinalValue),
            paidUpstream = Money.FormatScaled(paid.ValueScaled),
        };
    }
}
