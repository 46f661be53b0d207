namespace ClusterCast.Protocol.Windows;

/// <summary>
/// What has verified of one track, whoever sent it. Shared by the <see cref="WindowVerifier"/>s of several senders, so that a piece that one of them brought is
/// known to all. Not thread-safe: one lock around all of them.
/// </summary>
public sealed class VerifiedTrack
{
    /// <summary>The newest window with a valid head; null before the first.</summary>
    public VerifiedWindow? Newest { get; internal set; }
}
