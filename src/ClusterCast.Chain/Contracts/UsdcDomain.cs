using System.Text;
using ClusterCast.Chain.Abi;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Contracts;

/// <summary>The EIP-712 domain of USDC, whose version is not "1" like that of our own contracts.</summary>
public sealed record UsdcDomain(string Name, string Version, ulong ChainId, Address VerifyingContract)
{
    private static readonly Hash32 TypeHash = Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);
    private static readonly AbiTuple Words = AbiType.ParseTuple("(bytes32,bytes32,bytes32,uint256,address)");

    /// <summary>hashStruct of the domain.</summary>
    public Hash32 Separator { get; } = Keccak256.Hash(AbiEncoder.Encode(
        Words, [TypeHash, Keccak256.Hash(Encoding.UTF8.GetBytes(Name)), Keccak256.Hash(Encoding.UTF8.GetBytes(Version)), ChainId, VerifyingContract]));

    /// <summary>The digest to sign.</summary>
    public Hash32 Digest(Hash32 structHash) => Keccak256.Hash([0x19, 0x01, .. Separator.Span, .. structHash.Span]);
}
