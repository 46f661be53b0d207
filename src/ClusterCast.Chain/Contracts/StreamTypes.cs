using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

/// <summary>How the money of a stream is divided; what the two shares leave is the treasury's, 500 to 2000 basis points.</summary>
/// <param name="Payee">Earns the broadcaster's share.</param>
/// <param name="RelayBps">Basis points.</param>
/// <param name="BroadcasterBps">Basis points.</param>
/// <param name="FloorPrice">Least price that a relay may ask, micro-USDC per 1e9 bytes.</param>
public sealed record StreamTerms(Address Payee, ushort RelayBps, ushort BroadcasterBps, ulong FloorPrice)
{
    internal static StreamTerms? From(StreamKeysStruct.Terms terms) =>
        terms.Payee.IsZero ? null : new StreamTerms(terms.Payee, terms.RelayBps, terms.BroadcasterBps, terms.FloorPrice);

    internal StreamKeysStruct.Terms ToStruct() => new(Payee, RelayBps, BroadcasterBps, FloorPrice);
}

/// <summary>What a stream was minted with; <c>MaxViewers</c> 0 means any number.</summary>
public sealed record StreamInfo(string Title, string Category, uint MaxViewers);
