using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Chain.Contracts;

/// <summary>What a proof led to. Amounts are micro-USDC.</summary>
/// <param name="Offender">The slashed relay, or the revoked signing key.</param>
/// <param name="Stream">The marked stream; null when a relay was slashed.</param>
/// <param name="Penalty">What the relay lost.</param>
/// <param name="Earned">The reporter's share of it, a credit in RelayStaking.</param>
public sealed record Punishment(Address Offender, StreamId? Stream, ulong Penalty, ulong Earned);

// Over the generated functions: the same in the words of the floors above.
public sealed partial class FraudProofs
{
    /// <summary>Has an offence punished. Anybody sends it; <paramref name="reporter"/> gets the reporter's share of a relay's penalty.</summary>
    public ContractCall Prove(Offence offence, Address reporter) => offence switch
    {
        FalseReceipt o => ProveFalseReceipt(Signed(o.Head, o.HeadSignature), Signed(o.Receipt, o.ReceiptSignature), reporter),
        Equivocation o => ProveEquivocation(Signed(o.First, o.FirstSignature), Signed(o.Second, o.SecondSignature)),
        ConflictingParts o => ProveConflictingParts(
            Signed(o.First, o.FirstSignature), Part(o.FirstPart), Signed(o.Second, o.SecondSignature), Part(o.SecondPart), o.Index),
        PartsBeyondLast o => ProvePartsBeyondLast(Signed(o.Last, o.LastSignature), Signed(o.Beyond, o.BeyondSignature)),
        _ => throw new ArgumentException($"{offence.GetType().Name} has no proof.", nameof(offence)),
    };

    /// <summary>What a proof led to. Throws <see cref="ChainException"/> when the receipt is of something else.</summary>
    public Punishment PunishedIn(TransactionReceipt receipt) => FraudProofsEvent.Of(receipt, Address).Select(happened => happened switch
    {
        // RelayStaking tells how the penalty was divided.
        FraudProofsEvent.FalseReceiptProven proven => new Punishment(
            proven.Relay, null, proven.Penalty, receipt.Logs.Select(RelayStakingEvent.Decode).OfType<RelayStakingEvent.Slashed>().First().ReporterAmount),
        FraudProofsEvent.KeyOffenceProven proven => new Punishment(proven.Key, proven.Stream, 0, 0),
        _ => null,
    }).FirstOrDefault(punishment => punishment is not null) ?? throw Quantity.Bad("a receipt of a proof without its event");

    private static FraudProofsStruct.SignedHead Signed(in Head head, in Signature signature) => new(
        new(
            head.Track.Stream, head.Run, head.Track.Track, head.Window, head.Count, head.Root, head.ByteLength, head.LeafCount, head.Prev, head.InitHash, head.Time,
            (byte)head.Flags),
        signature.Span.ToArray());

    private static FraudProofsStruct.SignedReceipt Signed(in Receipt receipt, in Signature signature) => new(
        new(receipt.Relay, receipt.Purse, receipt.HeadDigest, receipt.ServedRoot, receipt.ByteLength, receipt.Time), signature.Span.ToArray());

    private static FraudProofsStruct.PartProof Part(PartProof part) => new(part.Node, part.Siblings);
}
