using ClusterCast.Media.Encoding;
using ClusterCast.Mesh;
using ClusterCast.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Edge;

/// <summary>What all streams of an edge share.</summary>
/// <param name="Mesh">The node that streams come by.</param>
/// <param name="Encoder">The encoder and its cost.</param>
/// <param name="Capacity">Who may run.</param>
/// <param name="Settings">For destinations that are named.</param>
/// <param name="Adapts">Whether destinations step down when they are congested.</param>
/// <param name="Metrics">Counters.</param>
/// <param name="Log">For people.</param>
/// <param name="Time">The clock.</param>
internal sealed record EdgeFloor(
    MeshNode Mesh, EncoderReport Encoder, Capacity Capacity, Settings Settings, bool Adapts, EdgeMetrics Metrics, ILogger Log, TimeProvider Time);
