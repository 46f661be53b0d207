using System.Buffers.Binary;
using System.Numerics;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Chain.Contracts;

/// <summary>What a relay needs to redeem: the ticket, its signature and the preimage behind its commitment.</summary>
public sealed record WinningTicket(Ticket Ticket, Signature Signature, Hash32 R, uint Index)
{
    /// <summary>As <c>redeem</c> takes it: <c>fields = salt | winProb | index | epoch</c>.</summary>
    internal TicketBrokerStruct.Winner ToAbi()
    {
        var compact = Signature.ToCompact();
        Span<byte> fields = stackalloc byte[Hash32.Size];
        BinaryPrimitives.WriteUInt128BigEndian(fields, Ticket.Salt);
        BinaryPrimitives.WriteUInt64BigEndian(fields[16..], Ticket.WinProbability);
        BinaryPrimitives.WriteUInt32BigEndian(fields[24..], Index);
        BinaryPrimitives.WriteUInt32BigEndian(fields[28..], Ticket.Epoch);
        return new(R, Hash32.From(compact.AsSpan(0, 32)), Hash32.From(compact.AsSpan(32, 32)), new BigInteger(fields, isUnsigned: true, isBigEndian: true));
    }
}

/// <summary>Winners of one relay, stream, terms and face value, as <c>redeem</c> takes them.</summary>
public sealed record RedemptionGroup(Address Relay, StreamId Stream, uint Terms, uint FaceValue, IReadOnlyList<WinningTicket> Winners)
{
    /// <summary>Groups winners; order within a group and of first appearance is kept.</summary>
    public static IReadOnlyList<RedemptionGroup> Of(IEnumerable<WinningTicket> winners) =>
    [
        .. winners
            .GroupBy(winner => (winner.Ticket.Relay, winner.Ticket.Stream, winner.Ticket.Terms, winner.Ticket.FaceValue))
            .Select(group => new RedemptionGroup(group.Key.Relay, group.Key.Stream, group.Key.Terms, group.Key.FaceValue, [.. group])),
    ];

    /// <summary>As <c>redeem</c> takes it.</summary>
    internal TicketBrokerStruct.Group ToAbi() => new(Relay, Stream, Terms, FaceValue, [.. Winners.Select(winner => winner.ToAbi())]);
}

/// <summary>What becomes of a ticket in <c>redeem</c>; all but <see cref="Redeemed"/> leave it claimable as it was.</summary>
public enum RedemptionOutcome : byte
{
    /// <summary>Paid in full.</summary>
    Redeemed = 0,

    /// <summary>Not recoverable, or high s.</summary>
    BadSignature = 1,

    /// <summary>The draw lost.</summary>
    NotWon = 2,

    /// <summary>The relay's index is used in this epoch.</summary>
    Spent = 3,

    /// <summary>Neither its epoch nor the next one.</summary>
    OutsideEpochs = 4,

    /// <summary>The stream has no such terms.</summary>
    UnknownTerms = 5,

    /// <summary>Below or above the contract's bounds.</summary>
    FaceValueOutOfBounds = 6,

    /// <summary>The purse holds less than the face value.</summary>
    InsufficientBalance = 7,

    /// <summary>The signer has no purse; also the result of a wrong field.</summary>
    UnknownPurse = 8,
}
