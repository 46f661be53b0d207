using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClusterCast.Node.Bench;

/// <summary>What <c>clustercast bench discovery --report</c> writes. The field names are an interface.</summary>
internal sealed record DiscoveryBenchReport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Relays when the new ones have come.</summary>
    public int Nodes { get; init; }

    /// <summary>Relays killed at once.</summary>
    public int Killed { get; init; }

    /// <summary>A relay with a new stream and a viewer of it start at the same moment, both cold: until the viewer holds the relay's record.</summary>
    public Sampled? Find { get; init; }

    /// <summary>The DHT alone: a lookup until the first answer that names the relay.</summary>
    public Sampled? Lookup { get; init; }

    /// <summary>The same right after the kill, of the streams of the survivors.</summary>
    public Sampled? LookupAfterKill { get; init; }

    /// <summary>A new viewer after the kill: until it holds the record of a surviving relay.</summary>
    public Sampled? FindAfterKill { get; init; }

    /// <summary>A relay that starts after the kill, and a viewer at the same moment.</summary>
    public Sampled? FindNewAfterKill { get; init; }

    /// <summary>A relay that starts again with its folder and no bootstrap node: until it is back in the DHT.</summary>
    public Sampled? Restart { get; init; }

    /// <summary>aria2 in the same network before the kill: from its start until it dials what we announced.</summary>
    public Sampled? Aria2 { get; init; }

    /// <summary>JSON with a line for each field.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}

/// <summary>Times of tries.</summary>
/// <param name="Tries">All of them.</param>
/// <param name="SuccessPercent">Those that ended well within their bound.</param>
/// <param name="P50Ms">Of those.</param>
/// <param name="P95Ms">Of those.</param>
/// <param name="MaxMs">Of those.</param>
internal sealed record Sampled(int Tries, double SuccessPercent, double? P50Ms, double? P95Ms, double? MaxMs)
{
    /// <summary>Of milliseconds; null is a try that failed.</summary>
    public static Sampled Of(IEnumerable<double?> tries)
    {
        var all = tries.ToList();
        var good = all.OfType<double>().Order().ToArray();
        double? At(double share) => good.Length == 0 ? null : Math.Round(good[Math.Min(good.Length - 1, (int)(share * good.Length))], 1);
        return new Sampled(all.Count, all.Count == 0 ? 0 : Math.Round(100.0 * good.Length / all.Count, 2), At(0.5), At(0.95), good.Length == 0 ? null : Math.Round(good[^1], 1));
    }
}
