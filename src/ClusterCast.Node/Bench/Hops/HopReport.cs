using System.Text.Json;

namespace ClusterCast.Node.Bench.Hops;

/// <summary>When each part was at one place of the chain: what <c>clustercast bench hop --report</c> writes. The field names are an interface.</summary>
/// <param name="Place">The place.</param>
/// <param name="Number">Its number.</param>
/// <param name="Parents">Number of different nodes that the track came from.</param>
/// <param name="Parent">Number of the node that it came from at the end; null for none.</param>
/// <param name="PartsLost">Parts that never came.</param>
/// <param name="Stalls">Times that a player would have stood still (<see cref="Watch.Playback"/>).</param>
/// <param name="DirectTried">Attempts to reach a relay through NATs.</param>
/// <param name="DirectFound">Attempts that gave a connection.</param>
/// <param name="DirectDecidedMs">How long the newest attempt took; null without one.</param>
/// <param name="Parts">The parts in the order of their arrival.</param>
internal sealed record HopReport(
    string Place, int Number, int Parents, int? Parent, long PartsLost, int Stalls, int DirectTried, int DirectFound, double? DirectDecidedMs, IReadOnlyList<PartAt> Parts)
{
    /// <summary>JSON on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}

/// <summary>One part at one place.</summary>
/// <param name="Window">Its window.</param>
/// <param name="Part">Its number there.</param>
/// <param name="Micros">When its last byte was there, Unix microseconds by the machine's clock.</param>
/// <param name="Leaves">Its leaves.</param>
internal sealed record PartAt(uint Window, int Part, long Micros, int Leaves);
