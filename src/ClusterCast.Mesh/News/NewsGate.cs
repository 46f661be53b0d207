namespace ClusterCast.Mesh.News;

/// <summary>The rates at which news are taken from one peer (spec/wire.md). Used by the peer's receive loop alone.</summary>
internal sealed class NewsGate(TimeProvider time)
{
    /// <summary>Evidence taken at once.</summary>
    public const int EvidenceBurst = 32;

    /// <summary>Session news taken at once.</summary>
    public const int SessionBurst = 512;

    /// <summary>Evidence: rare, and a few signatures to check.</summary>
    public TokenBucket Evidence { get; } = new(time, 1, EvidenceBurst);

    /// <summary>Session news: one a viewer that begins somewhere in the mesh.</summary>
    public TokenBucket Sessions { get; } = new(time, 64, SessionBurst);

    /// <summary>Ends of sessions: one a viewer that finishes somewhere in the mesh.</summary>
    public TokenBucket Ends { get; } = new(time, 64, SessionBurst);
}
