using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>Outcome of checking evidence.</summary>
/// <param name="IsProven">Whether the signed bytes prove the offence.</param>
/// <param name="Offender">The key that committed it; zero when nothing is proven.</param>
/// <param name="Reason">One sentence for people.</param>
public readonly record struct Judgement(bool IsProven, Address Offender, string Reason);

/// <summary>Signed bytes from which anybody can decide an offence (spec/evidence.md).</summary>
public abstract record Offence
{
    /// <summary>Decides the offence from the signatures alone.</summary>
    /// <param name="domains">The deployment that the signatures are bound to.</param>
    /// <param name="keys">The delegations of the stream; null leaves the delegation unchecked, which the caller should say.</param>
    public abstract Judgement Judge(Domains domains, ISigningKeys? keys);

    /// <summary>The stream whose delegations decide whether the heads' signer was a signing key.</summary>
    public abstract StreamId Stream { get; }

    /// <summary>The newer of the two times that the signed bytes claim, Unix ms: how old the offence is.</summary>
    public abstract ulong Time { get; }

    /// <summary>Whether one key, delegated at both times, signed two heads of one window. What else makes them an offence is for the caller to check first.</summary>
    private protected static Judgement JudgePair(
        Head first, Signature firstSignature, Head second, Signature secondSignature, Domains domains, ISigningKeys? keys, string offence)
    {
        if (!TrySigner(first, firstSignature, domains, keys, out var signer, out var reason)
            || !TrySigner(second, secondSignature, domains, keys, out var other, out reason))
        {
            return new Judgement(false, default, reason);
        }

        return signer == other
            ? new Judgement(true, signer, $"Signing key {signer} signed {offence}.")
            : new Judgement(false, default, "The heads are signed by different keys.");
    }

    private protected static bool InOneWindow(in Head first, in Head second) =>
        first.Track == second.Track && first.Run == second.Run && first.Window == second.Window;

    private protected static Judgement DifferentPlaces => new(false, default, "The heads are of different places.");

    internal static bool TrySigner(Head head, Signature signature, Domains domains, ISigningKeys? keys, out Address signer, out string reason)
    {
        reason = "";
        if (!Secp256k1.TryRecover(head.Digest(domains.StreamKeys), signature, out signer))
        {
            reason = "The head's signature is invalid.";
            return false;
        }

        if (keys is not null && !keys.IsSigningKey(head.Track.Stream, signer, head.Time))
        {
            reason = $"The head is signed by {signer}, which is no signing key of stream {head.Track.Stream} at that time.";
            return false;
        }

        return true;
    }
}

/// <summary>A relay's receipt that contradicts the head it names.</summary>
public sealed record FalseReceipt(Head Head, Signature HeadSignature, Receipt Receipt, Signature ReceiptSignature) : Offence
{
    /// <inheritdoc/>
    public override StreamId Stream => Head.Track.Stream;

    /// <inheritdoc/>
    public override ulong Time => Math.Max(Head.Time, Receipt.Time);

    /// <inheritdoc/>
    public override Judgement Judge(Domains domains, ISigningKeys? keys)
    {
        if (!Secp256k1.TryRecover(Receipt.Digest(domains.RelayStaking), ReceiptSignature, out var relay) || relay != Receipt.Relay)
        {
            return new Judgement(false, default, "The receipt is not signed by the relay that it names.");
        }

        if (Head.Digest(domains.StreamKeys) != Receipt.HeadDigest)
        {
            return new Judgement(false, default, "The receipt names another head.");
        }

        if (!TrySigner(Head, HeadSignature, domains, keys, out _, out var reason))
        {
            return new Judgement(false, default, reason);
        }

        return Head.Root == Receipt.ServedRoot
            ? new Judgement(false, default, "The receipt is true: the served root is the head's root.")
            : new Judgement(true, relay, $"Relay {relay} signed that it served another root than the head that it names.");
    }
}

/// <summary>Two heads of one place in one window that differ.</summary>
public sealed record Equivocation(Head First, Signature FirstSignature, Head Second, Signature SecondSignature) : Offence
{
    /// <inheritdoc/>
    public override StreamId Stream => First.Track.Stream;

    /// <inheritdoc/>
    public override ulong Time => Math.Max(First.Time, Second.Time);

    /// <inheritdoc/>
    public override Judgement Judge(Domains domains, ISigningKeys? keys)
    {
        if (!InOneWindow(First, Second) || First.Count != Second.Count)
        {
            return DifferentPlaces;
        }

        return First.Root == Second.Root && First.Prev == Second.Prev && First.InitHash == Second.InitHash
            ? new Judgement(false, default, "The heads agree in root, prev and initHash.")
            : JudgePair(First, FirstSignature, Second, SecondSignature, domains, keys, "two different heads of one place");
    }
}
