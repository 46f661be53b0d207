using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Contracts;

/// <summary>The ERC-721 of streams with their terms and signing keys (spec/contracts.md).</summary>
public sealed class StreamKeys(EvmClient client, Address address) : ContractBinding(client, address)
{
    private static readonly AbiFunction MintStream = new("mint(string,string,uint32,(address,uint16,uint16,uint64))", "(uint256)");
    private static readonly AbiFunction SetStreamTerms = new("setTerms(uint256,(address,uint16,uint16,uint64))", "(uint32)");
    private static readonly AbiFunction TermsOf = new("termsOf(uint256,uint32)", "((address,uint16,uint16,uint64))");
    private static readonly AbiFunction LatestTerms = new("latestTerms(uint256)", "(uint32,(address,uint16,uint16,uint64))");
    private static readonly AbiFunction TotalSupply = new("totalSupply()", "(uint256)");
    private static readonly AbiFunction OwnerOf = new("ownerOf(uint256)", "(address)");
    private static readonly AbiFunction TokenUri = new("tokenURI(uint256)", "(string)");
    private static readonly AbiFunction DelegateKey = new("delegate(uint256,address,uint64,uint64)");
    private static readonly AbiFunction DelegateKeyBySig = new("delegateBySig(uint256,address,uint64,uint64,bytes)");
    private static readonly AbiFunction RevokeKey = new("revoke(uint256,address)");
    private static readonly AbiFunction DelegationsOf = new("delegationsOf(uint256)", "((address,uint64,uint64)[])");
    private static readonly AbiEvent Minted = new("Minted(uint256,address,string,string,uint32)", 0, 1);

    /// <summary>How many streams there are; the newest has this id.</summary>
    public async Task<ulong> TotalSupplyAsync(CancellationToken cancel = default) => (await ReadAsync(TotalSupply, cancel).ConfigureAwait(false)).ULong(0);

    /// <summary>The owner's account. Throws <see cref="ChainException"/> for a stream that does not exist.</summary>
    public async Task<Address> OwnerOfAsync(StreamId stream, CancellationToken cancel = default) =>
        (await ReadAsync(OwnerOf, cancel, stream).ConfigureAwait(false)).Address(0);

    /// <summary>Terms of a version; null when there are none.</summary>
    public async Task<StreamTerms?> TermsOfAsync(StreamId stream, uint version, CancellationToken cancel = default) =>
        Terms((await ReadAsync(TermsOf, cancel, stream, version).ConfigureAwait(false)).Tuple(0));

    /// <summary>The newest terms and their version; null when there is no such stream.</summary>
    public async Task<(uint Version, StreamTerms Terms)?> LatestTermsAsync(StreamId stream, CancellationToken cancel = default)
    {
        var values = await ReadAsync(LatestTerms, cancel, stream).ConfigureAwait(false);
        return Terms(values.Tuple(1)) is { } terms ? (values.UInt(0), terms) : null;
    }

    /// <summary>Title, category and greatest number of viewers, from the token's metadata. Throws <see cref="ChainException"/> for a stream that does not exist.</summary>
    public async Task<StreamInfo> InfoOfAsync(StreamId stream, CancellationToken cancel = default) =>
        TokenMetadata.Parse((await ReadAsync(TokenUri, cancel, stream).ConfigureAwait(false)).Text(0));

    /// <summary>The listed signing keys, at most 16, ended ones included.</summary>
    public async Task<IReadOnlyList<Delegation>> DelegationsOfAsync(StreamId stream, CancellationToken cancel = default) =>
    [
        .. (await ReadAsync(DelegationsOf, cancel, stream).ConfigureAwait(false)).Tuples(0)
            .Select(item => new Delegation(stream, item.Address(0), item.ULong(1), item.ULong(2))),
    ];

    /// <summary>Opens a stream owned by the sender; <see cref="MintedIn"/> tells its id.</summary>
    public ContractCall Mint(StreamInfo info, StreamTerms terms) => Call(MintStream, info.Title, info.Category, info.MaxViewers, Abi(terms));

    /// <summary>The stream that a mint opened. Throws <see cref="ChainException"/> when the receipt is of something else.</summary>
    public StreamId MintedIn(TransactionReceipt receipt) =>
        receipt.Logs.FirstOrDefault(log => log.Contract == Address && Minted.Matches(log)) is { } minted
            ? Minted.Decode(minted).Stream(0)
            : throw Quantity.Bad("a receipt of a mint without a Minted event");

    /// <summary>Appends terms. Sent by the owner.</summary>
    public ContractCall SetTerms(StreamId stream, StreamTerms terms) => Call(SetStreamTerms, stream, Abi(terms));

    /// <summary>Lets a key sign heads. Sent by the owner.</summary>
    public ContractCall Delegate(Delegation delegation) => Call(DelegateKey, delegation.Stream, delegation.Key, delegation.From, delegation.Until);

    /// <summary>The same by the owner's signature over the delegation; anybody sends it.</summary>
    public ContractCall DelegateBySig(Delegation delegation, Signature owner) =>
        Call(DelegateKeyBySig, delegation.Stream, delegation.Key, delegation.From, delegation.Until, owner.Span.ToArray());

    /// <summary>Ends a delegation now, for good. Sent by the owner.</summary>
    public ContractCall Revoke(StreamId stream, Address key) => Call(RevokeKey, stream, key);

    private static StreamTerms? Terms(AbiValues values) => values.Address(0).IsZero
        ? null
        : new StreamTerms(values.Address(0), (ushort)values.UInt(1), (ushort)values.UInt(2), values.ULong(3));

    private static object[] Abi(StreamTerms terms) => [terms.Payee, terms.RelayBps, terms.BroadcasterBps, terms.FloorPrice];
}
