using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Tickets;

/// <summary>
/// A purse uses a relay no longer: the session that <paramref name="Nonce"/> opened is over. Signed by the relay's node key; <paramref name="Time"/> is Unix ms.
/// </summary>
public readonly record struct SessionEnd(Address Purse, Address Relay, Hash32 Nonce, ulong Time)
{
    /// <summary>The EIP-712 type.</summary>
    public const string Type = "SessionEnd(address purse,address relay,bytes32 nonce,uint64 time)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[5 * 32];
        return new StructWriter(buffer, TypeHash).Add(Purse).Add(Relay).Add(Nonce).Add(Time).Hash();
    }

    /// <summary>EIP-712 digest in the RelayStaking domain.</summary>
    public Hash32 Digest(Eip712Domain relayStaking) => relayStaking.Digest(StructHash());
}
