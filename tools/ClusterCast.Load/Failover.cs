using ClusterCast.Node.Bench;

namespace ClusterCast.Load;

/// <summary>Rounds of a relay that falls silent, or goes away, under a viewer.</summary>
internal static class Failover
{
    /// <summary>Measures; the result is one JSON object. Times are ms.</summary>
    public static async Task<object> RunAsync(Options options, CancellationToken stop)
    {
        var rounds = new List<FailoverRound>();
        for (var round = 0; round < options.Count("rounds", 10); round++)
        {
            rounds.Add(await FailoverBench.MeasureAsync(TimeSpan.FromMilliseconds(options.Number("part-ms", 33)), isSilent: round % 2 == 0, stop));
        }

        var gaps = rounds.Select(round => round.Gap).Order().ToList();
        return new { rounds = rounds.Count, p50 = Math.Round(gaps[gaps.Count / 2], 1), longest = Math.Round(gaps[^1], 1), partsLost = rounds.Sum(round => round.PartsLost) };
    }
}
