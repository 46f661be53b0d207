using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Contracts;

// Over the generated functions: the same in the words of the floors above.
public sealed partial class StreamKeys
{
    /// <summary>Terms of a version; null when there are none.</summary>
    public async Task<StreamTerms?> TermsAsync(StreamId stream, uint version, CancellationToken cancel = default) =>
        StreamTerms.From(await TermsOfAsync(stream, version, cancel).ConfigureAwait(false));

    /// <summary>The newest terms and their version; null when there is no such stream.</summary>
    public async Task<(uint Version, StreamTerms Terms)?> NewestTermsAsync(StreamId stream, CancellationToken cancel = default)
    {
        var (version, newest) = await LatestTermsAsync(stream, cancel).ConfigureAwait(false);
        return StreamTerms.From(newest) is { } terms ? (version, terms) : null;
    }

    /// <summary>Title, category and greatest number of viewers, from the token's metadata. Throws <see cref="ChainException"/> for a stream that does not exist.</summary>
    public async Task<StreamInfo> InfoAsync(StreamId stream, CancellationToken cancel = default) =>
        TokenMetadata.Parse(await TokenUriAsync(stream, cancel).ConfigureAwait(false));

    /// <summary>The listed signing keys, at most 16, ended ones included.</summary>
    public async Task<IReadOnlyList<Delegation>> DelegationsAsync(StreamId stream, CancellationToken cancel = default) =>
        [.. (await DelegationsOfAsync(stream, cancel).ConfigureAwait(false)).Select(item => new Delegation(stream, item.Key, item.From, item.Until))];

    /// <summary>Opens a stream owned by the sender; <see cref="MintedIn"/> tells its id.</summary>
    public ContractCall Mint(StreamInfo info, StreamTerms terms) => Mint(info.Title, info.Category, info.MaxViewers, terms.ToStruct());

    /// <summary>The stream that a mint opened. Throws <see cref="ChainException"/> when the receipt is of something else.</summary>
    public StreamId MintedIn(TransactionReceipt receipt) =>
        StreamKeysEvent.Of(receipt, Address).OfType<StreamKeysEvent.Minted>().FirstOrDefault()?.Stream
        ?? throw Quantity.Bad("a receipt of a mint without a Minted event");

    /// <summary>Appends terms. Sent by the owner.</summary>
    public ContractCall SetTerms(StreamId stream, StreamTerms terms) => SetTerms(stream, terms.ToStruct());

    /// <summary>Lets a key sign heads. Sent by the owner.</summary>
    public ContractCall Delegate(Delegation delegation) => Delegate(delegation.Stream, delegation.Key, delegation.From, delegation.Until);

    /// <summary>The same by the owner's signature over the delegation; anybody sends it.</summary>
    public ContractCall DelegateBySig(Delegation delegation, Signature owner) =>
        DelegateBySig(delegation.Stream, delegation.Key, delegation.From, delegation.Until, owner.Span.ToArray());
}
