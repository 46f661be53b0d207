using System.Buffers.Binary;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Tickets;

/// <summary>The relay's commitment and the draw (spec/tickets.md).</summary>
public static class Draw
{
    /// <summary><c>keccak256(r | index)</c>.</summary>
    public static Hash32 Commit(in Hash32 r, uint index)
    {
        Span<byte> buffer = stackalloc byte[36];
        r.Span.CopyTo(buffer);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[32..], index);
        return Keccak256.Hash(buffer);
    }

    /// <summary>The drawn number: the low 64 bits of <c>keccak256(r | digest)</c>.</summary>
    public static ulong Number(in Hash32 r, in Hash32 ticketDigest)
    {
        Span<byte> buffer = stackalloc byte[64];
        r.Span.CopyTo(buffer);
        ticketDigest.Span.CopyTo(buffer[32..]);
        return BinaryPrimitives.ReadUInt64BigEndian(Keccak256.Hash(buffer).Span[24..]);
    }

    /// <summary>Whether the ticket wins.</summary>
    public static bool Wins(in Hash32 r, in Hash32 ticketDigest, ulong winProbability) => Number(r, ticketDigest) < winProbability;
}
