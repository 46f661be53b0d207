using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>A last head, and a head of the same window that counts more parts.</summary>
public sealed record PartsBeyondLast(Head Last, Signature LastSignature, Head Beyond, Signature BeyondSignature) : Offence
{
    /// <inheritdoc/>
    public override StreamId Stream => Last.Track.Stream;

    /// <inheritdoc/>
    public override ulong Time => Math.Max(Last.Time, Beyond.Time);

    /// <inheritdoc/>
    public override Judgement Judge(Domains domains, ISigningKeys? keys)
    {
        if (!InOneWindow(Last, Beyond))
        {
            return DifferentPlaces;
        }

        if (!Last.IsLast)
        {
            return new Judgement(false, default, "The first head is not flagged last.");
        }

        return Beyond.Count <= Last.Count
            ? new Judgement(false, default, "The second head counts no part beyond the last head.")
            : JudgePair(Last, LastSignature, Beyond, BeyondSignature, domains, keys, "parts beyond the last head of a window");
    }
}
