using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

/// <summary>A viewing key's money on chain, in micro-USDC.</summary>
/// <param name="Owner">Zero when the key has never had a purse.</param>
/// <param name="Balance">All that it holds.</param>
/// <param name="Exiting">The part of it that is leaving.</param>
/// <param name="ExitAt">When that part may leave, Unix seconds; 0 without a request.</param>
public sealed record PurseState(Address Owner, ulong Balance, ulong Exiting, ulong ExitAt)
{
    /// <summary>Whether anybody has opened it.</summary>
    public bool Exists => !Owner.IsZero;

    /// <summary>What stays for tickets.</summary>
    public ulong Available => Balance - Math.Min(Exiting, Balance);
}
