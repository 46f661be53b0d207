using System.Text;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>An EIP-712 domain: name, version "1", chain and contract. The separator is computed once.</summary>
public sealed class Eip712Domain
{
    private static readonly Hash32 TypeHash = Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);
    private static readonly Hash32 Version = Keccak256.Hash("1"u8);

    /// <summary>A domain of version "1".</summary>
    public Eip712Domain(string name, ulong chainId, Address verifyingContract)
    {
        Name = name;
        ChainId = chainId;
        VerifyingContract = verifyingContract;
        Span<byte> buffer = stackalloc byte[5 * 32];
        Separator = new StructWriter(buffer, TypeHash)
            .Add(Keccak256.Hash(Encoding.UTF8.GetBytes(name)))
            .Add(Version)
            .Add(chainId)
            .Add(verifyingContract)
            .Hash();
    }

    /// <summary>The human-readable name of the domain.</summary>
    public string Name { get; }

    /// <summary>EIP-155 chain id.</summary>
    public ulong ChainId { get; }

    /// <summary>The contract that checks these signatures.</summary>
    public Address VerifyingContract { get; }

    /// <summary>hashStruct of the domain.</summary>
    public Hash32 Separator { get; }

    /// <summary>The digest to sign: keccak256(0x1901 | separator | structHash).</summary>
    public Hash32 Digest(in Hash32 structHash)
    {
        Span<byte> buffer = stackalloc byte[66];
        buffer[0] = 0x19;
        buffer[1] = 0x01;
        Separator.Span.CopyTo(buffer[2..]);
        structHash.Span.CopyTo(buffer[34..]);
        return Keccak256.Hash(buffer);
    }
}
