using System.Diagnostics.Metrics;

namespace ClusterCast.Mesh.Fetching;

/// <summary>Figures of fetches.</summary>
/// <param name="Served">Fetches of others that were answered to their end.</param>
/// <param name="Refused">Fetches of others that were refused or dropped.</param>
/// <param name="Fetched">Own fetches that were answered and verified.</param>
/// <param name="Missed">Own fetches that nobody answered.</param>
/// <param name="PartsRepaired">Parts that would have been lost and were delivered from a fetch.</param>
public sealed record FetchSnapshot(long Served, long Refused, long Fetched, long Missed, long PartsRepaired);

/// <summary>Counts fetches on both sides.</summary>
internal sealed class FetchMetrics(Meter meter)
{
    /// <summary>Answered to the end.</summary>
    public Tally Served { get; } = new(meter, "clustercast_mesh_fetches_served", "Fetches of others that were answered to their end.");

    /// <summary>Refused or dropped.</summary>
    public Tally Refused { get; } = new(meter, "clustercast_mesh_fetches_refused", "Fetches of others that were refused or dropped.");

    /// <summary>Own ones that were answered.</summary>
    public Tally Fetched { get; } = new(meter, "clustercast_mesh_fetches_answered", "Own fetches that were answered and verified.");

    /// <summary>Own ones that nobody answered.</summary>
    public Tally Missed { get; } = new(meter, "clustercast_mesh_fetches_missed", "Own fetches that nobody answered.");

    /// <summary>Parts saved.</summary>
    public Tally PartsRepaired { get; } = new(meter, "clustercast_mesh_parts_repaired", "Parts that would have been lost and were delivered from a fetch.");

    /// <summary>All figures now.</summary>
    public FetchSnapshot Snapshot() => new(Served.Value, Refused.Value, Fetched.Value, Missed.Value, PartsRepaired.Value);
}
