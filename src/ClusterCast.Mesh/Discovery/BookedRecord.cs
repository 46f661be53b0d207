using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>A record in the book.</summary>
/// <param name="Record">The newest of its node.</param>
/// <param name="Stake">Of the node when the record came, micro-USDC.</param>
/// <param name="Network">Of its first endpoint.</param>
/// <param name="Lot">Drawn once for the node, above 0 and at most 1.</param>
/// <param name="Credit">Records that the node may still issue at once.</param>
/// <param name="At">When the record came, timestamp.</param>
internal sealed record BookedRecord(RelayRecord Record, ulong Stake, NetworkPrefix Network, double Lot, double Credit, long At)
{
    /// <summary>Records that a node may issue at once; then one a second.</summary>
    public const double Burst = 8;

    /// <summary>Whether anything is at stake.</summary>
    public bool IsStaked => Stake > 0;

    /// <summary>
    /// Less comes first: staked relays before all others, each of them first with a chance in proportion to its stake (Efraimidis and Spirakis, weighted random
    /// sampling, 2006), so that the largest is not asked by everybody.
    /// </summary>
    public double Rank => IsStaked ? -Math.Log(Lot) / Stake : 1e9 + Lot;
}
