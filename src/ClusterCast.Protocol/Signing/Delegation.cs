using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>The stream key's user lets <paramref name="Key"/> sign heads while <c>From &lt;= time &lt; Until</c> (Unix seconds).</summary>
public readonly record struct Delegation(StreamId Stream, Address Key, ulong From, ulong Until)
{
    /// <summary>The EIP-712 type.</summary>
    public const string Type = "Delegation(uint256 stream,address key,uint64 from,uint64 until)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[5 * 32];
        return new StructWriter(buffer, TypeHash).Add(Stream).Add(Key).Add(From).Add(Until).Hash();
    }

    /// <summary>EIP-712 digest in the StreamKeys domain.</summary>
    public Hash32 Digest(Eip712Domain streamKeys) => streamKeys.Digest(StructHash());
}
