using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Evidence;

/// <summary>
/// A relay's statement of what it served of one window to one purse. Naming the exact head, it is false iff that head is validly signed and its root differs
/// from <paramref name="ServedRoot"/>. <paramref name="Time"/> is Unix ms.
/// </summary>
public readonly record struct Receipt(Address Relay, Address Purse, Hash32 HeadDigest, Hash32 ServedRoot, ulong ByteLength, ulong Time)
{
    /// <summary>The EIP-712 type.</summary>
    public const string Type = "Receipt(address relay,address purse,bytes32 headDigest,bytes32 servedRoot,uint64 byteLength,uint64 time)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[7 * 32];
        return new StructWriter(buffer, TypeHash).Add(Relay).Add(Purse).Add(HeadDigest).Add(ServedRoot).Add(ByteLength).Add(Time).Hash();
    }

    /// <summary>EIP-712 digest in the RelayStaking domain.</summary>
    public Hash32 Digest(Eip712Domain relayStaking) => relayStaking.Digest(StructHash());
}
