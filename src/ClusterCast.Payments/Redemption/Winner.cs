using System.Buffers.Binary;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Payments;

/// <summary>Names a winner on chain, as the broker's event does.</summary>
public readonly record struct WinnerKey(Address ViewingKey, uint Epoch, uint Index);

/// <summary>A ticket that won, with all that redemption needs.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Bytes">Bytes that it paid for.</param>
/// <param name="Signature">The viewing key's.</param>
/// <param name="ViewingKey">The signer: the purse that pays.</param>
/// <param name="Digest">EIP-712 digest of the ticket.</param>
/// <param name="R">The relay's preimage.</param>
/// <param name="Index">The relay's bit in the replay bitmap.</param>
/// <param name="WonAtMs">Unix ms.</param>
public sealed record Winner(Ticket Ticket, uint Bytes, Signature Signature, Address ViewingKey, Hash32 Digest, Hash32 R, uint Index, long WonAtMs)
{
    /// <summary>Its name on chain.</summary>
    public WinnerKey Key => new(ViewingKey, Ticket.Epoch, Index);

    /// <summary>The word <c>salt &lt;&lt; 128 | winProb &lt;&lt; 64 | index &lt;&lt; 32 | epoch</c> of the contract's Winner (spec/contracts.md).</summary>
    public Hash32 PackedFields()
    {
        Span<byte> word = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(word, Ticket.Salt);
        BinaryPrimitives.WriteUInt64BigEndian(word[16..], Ticket.WinProbability);
        BinaryPrimitives.WriteUInt32BigEndian(word[24..], Index);
        BinaryPrimitives.WriteUInt32BigEndian(word[28..], Ticket.Epoch);
        return Hash32.From(word);
    }
}
