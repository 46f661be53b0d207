using ClusterCast.Chain.Abi;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Contracts;

/// <summary>
/// An owner lets <paramref name="To"/>, and nobody else, take <paramref name="Value"/> micro-USDC once (EIP-3009 ReceiveWithAuthorization).
/// Valid while <c>ValidAfter &lt; block time &lt; ValidBefore</c>, Unix seconds.
/// </summary>
public sealed record ReceiveAuthorization(Address From, Address To, ulong Value, ulong ValidAfter, ulong ValidBefore, Hash32 Nonce)
{
    private static readonly Hash32 TypeHash = Keccak256.Hash(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"u8);

    private static readonly AbiTuple Words = AbiType.ParseTuple("(bytes32,address,address,uint256,uint256,uint256,bytes32)");

    /// <summary>The EIP-712 digest that the owner signs.</summary>
    public Hash32 Digest(UsdcDomain domain) =>
        domain.Digest(Keccak256.Hash(AbiEncoder.Encode(Words, [TypeHash, From, To, Value, ValidAfter, ValidBefore, Nonce])));
}
