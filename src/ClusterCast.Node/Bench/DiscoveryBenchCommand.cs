using ClusterCast.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Bench;

/// <summary><c>clustercast bench discovery</c>: finding relays in a network of a hundred on this machine.</summary>
public static class DiscoveryBenchCommand
{
    /// <summary>Measures and prints the report.</summary>
    public static async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var settings = context.Settings;
        await using var bench = new DiscoveryBench(
            (int)settings.Number("discovery:nodes", 10, 500), (int)settings.Number("discovery:rounds", 1, 500), (int)settings.Number("discovery:killPercent", 0, 90),
            settings.Text("discovery:aria2"), context.Logs.CreateLogger("bench"));
        var report = await bench.RunAsync(stop).ConfigureAwait(false);
        if (settings.Text("discovery:report") is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            await File.WriteAllTextAsync(file, report.ToJson() + "\n", stop).ConfigureAwait(false);
        }

        await context.Output.WriteLineAsync(report.ToJson()).ConfigureAwait(false);
        return ExitCode.Ok;
    }
}
