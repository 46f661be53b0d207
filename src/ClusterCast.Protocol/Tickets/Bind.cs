using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Tickets;

/// <summary>The viewing key's consent that <paramref name="Owner"/> opens its purse. Without it a stranger could claim the key.</summary>
public readonly record struct Bind(Address Owner, Address ViewingKey)
{
    /// <summary>The EIP-712 type.</summary>
    public const string Type = "Bind(address owner,address viewingKey)";

    private static readonly Hash32 TypeHash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Type));

    /// <summary>EIP-712 hashStruct.</summary>
    public Hash32 StructHash()
    {
        Span<byte> buffer = stackalloc byte[3 * 32];
        return new StructWriter(buffer, TypeHash).Add(Owner).Add(ViewingKey).Hash();
    }

    /// <summary>EIP-712 digest in the TicketBroker domain.</summary>
    public Hash32 Digest(Eip712Domain ticketBroker) => ticketBroker.Digest(StructHash());
}
