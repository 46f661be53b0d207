using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Payments.Internal;

/// <summary>
/// Matches receipts with the windows they are due for, whichever comes first. A window has its receipt by the end of the next window of its track. Not thread-safe.
/// </summary>
internal sealed class ReceiptBook(Address relay, Address purse, Domains domains, EpochClock clock)
{
    // A false time would save a lying relay from the age limit of FraudProofs.
    private const ulong MaxClockDifferenceMs = 60_000;
    private const int MaxTracks = 16;
    private const int MaxReceipts = 16;

    private readonly Dictionary<TrackKey, SignedHead> _awaited = [];
    private readonly Queue<(Receipt Receipt, Signature Signature)> _early = new();

    /// <summary>A window closed, complete. False when the one before has no receipt.</summary>
    public ReceiptVerdict OnWindowClosed(SignedHead last)
    {
        var track = last.Head.Track;
        if (_awaited.TryGetValue(track, out var before))
        {
            return before.Digest == last.Digest ? ReceiptVerdict.Fine : ReceiptVerdict.Missing(before);
        }

        foreach (var (receipt, signature) in _early)
        {
            if (receipt.HeadDigest == last.Digest)
            {
                return Judge(last, receipt, signature);
            }
        }

        if (_awaited.Count < MaxTracks)
        {
            _awaited.Add(track, last);
        }

        return ReceiptVerdict.Fine;
    }

    public ReceiptVerdict OnReceipt(in ReceiptMessage message)
    {
        var receipt = new Receipt(message.Relay, message.Purse, message.HeadDigest, message.ServedRoot, message.ByteLength, message.Time);
        if (receipt.Relay != relay || receipt.Purse != purse
            || !Secp256k1.TryRecover(receipt.Digest(domains.RelayStaking), message.Signature, out var signer) || signer != relay)
        {
            return ReceiptVerdict.NotSigned;
        }

        var now = (ulong)clock.NowMs;
        if (Math.Max(receipt.Time, now) - Math.Min(receipt.Time, now) > MaxClockDifferenceMs)
        {
            return ReceiptVerdict.FalseTime;
        }

        foreach (var (track, head) in _awaited)
        {
            if (head.Digest == receipt.HeadDigest)
            {
                _awaited.Remove(track);
                Remember(receipt, message.Signature);
                return Judge(head, receipt, message.Signature);
            }
        }

        Remember(receipt, message.Signature);
        return ReceiptVerdict.Fine;
    }

    private static ReceiptVerdict Judge(SignedHead head, in Receipt receipt, in Signature signature) => receipt.ServedRoot == head.Head.Root
        ? ReceiptVerdict.Fine
        : new ReceiptVerdict(new FalseReceipt(head.Head, head.Signature, receipt, signature), "The relay signed a receipt that contradicts the broadcaster's head: use another relay.");

    private void Remember(in Receipt receipt, in Signature signature)
    {
        _early.Enqueue((receipt, signature));
        if (_early.Count > MaxReceipts)
        {
            _early.Dequeue();
        }
    }
}

/// <summary>What a receipt, or its absence, means.</summary>
/// <param name="Evidence">The offence; null when there is none.</param>
/// <param name="Problem">One sentence why no more tickets are due; null when all is fine.</param>
internal readonly record struct ReceiptVerdict(FalseReceipt? Evidence, string? Problem)
{
    public static ReceiptVerdict Fine => default;

    public static ReceiptVerdict NotSigned => new(null, "The relay sent a receipt that is not signed by it for this purse: use another relay.");

    public static ReceiptVerdict FalseTime => new(null, "The relay's receipt is dated more than a minute from now: set this machine's clock, or use another relay.");

    public static ReceiptVerdict Missing(SignedHead window) =>
        new(null, $"The relay gave no receipt for window {window.Head.Window} by the end of the next one: use another relay.");
}
