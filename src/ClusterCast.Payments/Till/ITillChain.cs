using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments;

/// <summary>A purse as the broker holds it. Money is micro-USDC.</summary>
/// <param name="Balance">All that it holds.</param>
/// <param name="Exiting">The part that is leaving.</param>
/// <param name="ExitAtSeconds">Unix seconds from which on that part can be taken out.</param>
public readonly record struct PurseState(ulong Balance, ulong Exiting, long ExitAtSeconds);

/// <summary>A stream's newest terms, as far as a till needs them.</summary>
/// <param name="Version">The version that tickets name.</param>
/// <param name="FloorPrice">Micro-USDC per 1e9 bytes below which the broadcaster does not want its stream sold.</param>
/// <param name="TreasuryBps">The treasury's share in basis points.</param>
public readonly record struct StreamTerms(uint Version, ulong FloorPrice, uint TreasuryBps);

/// <summary>The chain as a till sees it. Implemented over the chain, above this floor, with a short cache.</summary>
public interface ITillChain
{
    /// <summary>The purse of a viewing key; null when it has none. Throws <see cref="TillChainException"/>.</summary>
    ValueTask<PurseState?> GetPurseAsync(Address viewingKey, CancellationToken cancellationToken);

    /// <summary>The newest terms of a stream; null when it has none. Throws <see cref="TillChainException"/>.</summary>
    ValueTask<StreamTerms?> GetTermsAsync(StreamId stream, CancellationToken cancellationToken);
}

/// <summary>The chain did not answer a till. The message is one sentence for people.</summary>
public sealed class TillChainException(string message, Exception? inner = null) : Exception(message, inner);
