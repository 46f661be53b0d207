using System.Diagnostics.Metrics;

namespace ClusterCast.Mesh.News;

/// <summary>What became of evidence and session news.</summary>
/// <param name="EvidenceAccepted">Evidence that was proven here and not known.</param>
/// <param name="SessionNewsAccepted">Session news that were signed and not known.</param>
/// <param name="SessionsRestated">Sessions that the relay which holds them told once more.</param>
/// <param name="SessionEndsAccepted">Ends of sessions that were signed and not known.</param>
/// <param name="Duplicate">Evidence and session news that were known.</param>
/// <param name="Stale">Too old, or ahead of this clock.</param>
/// <param name="Unproven">Evidence whose signers this node does not know as delegated.</param>
/// <param name="Forged">Not borne out by the signatures.</param>
/// <param name="Limited">Beyond the rate of one peer.</param>
public sealed record NewsSnapshot(
    long EvidenceAccepted, long SessionNewsAccepted, long SessionsRestated, long SessionEndsAccepted, long Duplicate, long Stale, long Unproven, long Forged, long Limited);

/// <summary>Counts what becomes of evidence and session news.</summary>
internal sealed class NewsMetrics(Meter meter)
{
    /// <summary>Proven evidence that was not known.</summary>
    public Tally EvidenceAccepted { get; } = new(meter, "clustercast_mesh_evidence_accepted", "Evidence that was proven here and not known.");

    /// <summary>Signed session news that were not known.</summary>
    public Tally SessionNewsAccepted { get; } = new(meter, "clustercast_mesh_session_news_accepted", "Session news that were signed and not known.");

    /// <summary>Sessions told once more by the relay that holds them.</summary>
    public Tally SessionsRestated { get; } = new(meter, "clustercast_mesh_sessions_restated", "Sessions that the relay which holds them told once more.");

    /// <summary>Signed ends that were not known.</summary>
    public Tally SessionEndsAccepted { get; } = new(meter, "clustercast_mesh_session_ends_accepted", "Ends of sessions that were signed and not known.");

    /// <summary>Known already.</summary>
    public Tally Duplicate { get; } = new(meter, "clustercast_mesh_news_duplicate", "Evidence and session news that were known.");

    /// <summary>Of another time.</summary>
    public Tally Stale { get; } = new(meter, "clustercast_mesh_news_stale", "Evidence and session news that were too old, or ahead of this clock.");

    /// <summary>Proven but for the delegation.</summary>
    public Tally Unproven { get; } = new(meter, "clustercast_mesh_news_unproven", "Evidence whose signers this node does not know as delegated.");

    /// <summary>Not borne out by the signatures.</summary>
    public Tally Forged { get; } = new(meter, "clustercast_mesh_news_forged", "Evidence and session news that their signatures do not bear out.");

    /// <summary>Beyond the rate of one peer.</summary>
    public Tally Limited { get; } = new(meter, "clustercast_mesh_news_limited", "Evidence and session news beyond the rate of one peer.");

    /// <summary>All figures now.</summary>
    public NewsSnapshot Snapshot() => new(
        EvidenceAccepted.Value, SessionNewsAccepted.Value, SessionsRestated.Value, SessionEndsAccepted.Value, Duplicate.Value, Stale.Value, Unproven.Value, Forged.Value, Limited.Value);
}
