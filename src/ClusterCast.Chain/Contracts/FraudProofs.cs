using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Chain.Contracts;

/// <summary>What a proof led to. Amounts are micro-USDC.</summary>
/// <param name="Offender">The slashed relay, or the revoked signing key.</param>
/// <param name="Stream">The marked stream; null when a relay was slashed.</param>
/// <param name="Penalty">What the relay lost.</param>
/// <param name="Earned">The reporter's share of it, a credit in RelayStaking.</param>
public sealed record Punishment(Address Offender, StreamId? Stream, ulong Penalty, ulong Earned);

/// <summary>Decides evidence and punishes in the same transaction (spec/contracts.md).</summary>
public sealed class FraudProofs(EvmClient client, Address address) : ContractBinding(client, address)
{
    private const string SignedHead = "((uint256,uint64,uint16,uint32,uint16,bytes32,uint64,uint32,bytes32,bytes32,uint64,uint8),bytes)";
    private const string SignedReceipt = "((address,address,bytes32,bytes32,uint64,uint64),bytes)";
    private const string Part = "(bytes32,bytes32[])";

    private static readonly AbiFunction ProveFalseReceipt = new($"proveFalseReceipt({SignedHead},{SignedReceipt},address)");
    private static readonly AbiFunction ProveEquivocation = new($"proveEquivocation({SignedHead},{SignedHead})");
    private static readonly AbiFunction ProveConflictingParts = new($"proveConflictingParts({SignedHead},{Part},{SignedHead},{Part},uint16)");
    private static readonly AbiFunction ProvePartsBeyondLast = new($"provePartsBeyondLast({SignedHead},{SignedHead})");
    private static readonly AbiFunction WindowSeconds = new("WINDOW_SECONDS()", "(uint32)");
    private static readonly AbiEvent FalseReceiptProven = new("FalseReceiptProven(address,bytes32,address,uint256)", 0, 1, 2);
    private static readonly AbiEvent KeyOffenceProven = new("KeyOffenceProven(uint256,address,uint8,bytes32,bytes32)", 0, 1);

    /// <summary>Greatest age of evidence, seconds.</summary>
    public async Task<ulong> WindowSecondsAsync(CancellationToken cancel = default) => (await ReadAsync(WindowSeconds, cancel).ConfigureAwait(false)).ULong(0);

    /// <summary>Has an offence punished. Anybody sends it; <paramref name="reporter"/> gets the reporter's share of a relay's penalty.</summary>
    public ContractCall Prove(Offence offence, Address reporter) => offence switch
    {
        FalseReceipt o => Call(ProveFalseReceipt, Abi(o.Head, o.HeadSignature), Abi(o.Receipt, o.ReceiptSignature), reporter),
        Equivocation o => Call(ProveEquivocation, Abi(o.First, o.FirstSignature), Abi(o.Second, o.SecondSignature)),
        ConflictingParts o => Call(
            ProveConflictingParts, Abi(o.First, o.FirstSignature), Abi(o.FirstPart), Abi(o.Second, o.SecondSignature), Abi(o.SecondPart), o.Index),
        PartsBeyondLast o => Call(ProvePartsBeyondLast, Abi(o.Last, o.LastSignature), Abi(o.Beyond, o.BeyondSignature)),
        _ => throw new ArgumentException($"{offence.GetType().Name} has no proof.", nameof(offence)),
    };

    /// <summary>What a proof led to. Throws <see cref="ChainException"/> when the receipt is of something else.</summary>
    public Punishment PunishedIn(TransactionReceipt receipt)
    {
        foreach (var log in receipt.Logs.Where(log => log.Contract == Address))
        {
            if (FalseReceiptProven.Matches(log))
            {
                var proven = FalseReceiptProven.Decode(log);
                var slashed = receipt.Logs.First(Staking.Slashed.Matches);
                return new Punishment(proven.Address(0), null, proven.ULong(3), Staking.Slashed.Decode(slashed).ULong(2));
            }

            if (KeyOffenceProven.Matches(log))
            {
                var proven = KeyOffenceProven.Decode(log);
                return new Punishment(proven.Address(1), proven.Stream(0), 0, 0);
            }
        }

        throw Quantity.Bad("a receipt of a proof without its event");
    }

    private static object[] Abi(in Head head, in Signature signature) =>
    [
        new object[]
        {
            head.Track.Stream, head.Run, head.Track.Track, head.Window, head.Count, head.Root, head.ByteLength, head.LeafCount, head.Prev, head.InitHash, head.Time,
            (uint)head.Flags,
        },
        signature.Span.ToArray(),
    ];

    private static object[] Abi(in Receipt receipt, in Signature signature) =>
    [
        new object[] { receipt.Relay, receipt.Purse, receipt.HeadDigest, receipt.ServedRoot, receipt.ByteLength, receipt.Time }, signature.Span.ToArray(),
    ];

    private static object[] Abi(PartProof part) => [part.Node, part.Siblings.Select(sibling => (object)sibling).ToArray()];

    // RelayStaking tells how a penalty was divided.
    private static class Staking
    {
        public static readonly AbiEvent Slashed = new("Slashed(address,address,uint256,uint256,uint256)", 0, 1);
    }
}
