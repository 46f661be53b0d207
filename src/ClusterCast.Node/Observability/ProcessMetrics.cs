using System.Diagnostics.Metrics;

namespace ClusterCast.Node.Observability;

/// <summary>What the process itself uses.</summary>
internal static class ProcessMetrics
{
    private static readonly Meter Meter = new("ClusterCast.Process");

    /// <summary>Makes the instruments, once a process.</summary>
    public static ObservableCounter<long> AllocatedBytes { get; } = Meter.CreateObservableCounter(
        "clustercast_process_allocated_bytes", () => GC.GetTotalAllocatedBytes(), "By", "Managed bytes allocated.");
}
