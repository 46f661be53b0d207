using ClusterCast.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Bench;

/// <summary><c>clustercast bench chain</c>: our operations on one node after the other, as a table and as JSON.</summary>
public static class ChainBenchCommand
{
    /// <summary>Measures. A chain that fails does not stop the others; the status then tells of it.</summary>
    public static async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var options = ChainBenchOptions.From(context.Settings);
        var log = context.Logs.CreateLogger("bench");
        var chains = new List<ChainResult>(options.Rpcs.Count);
        foreach (var rpc in options.Rpcs)
        {
            chains.Add(await new ChainBench(rpc, options, context.Time, log).RunAsync(stop).ConfigureAwait(false));
        }

        var report = new ChainBenchReport(options.Rounds, options.Burst, options.Tickets, chains);
        if (context.Settings.Text("bench:report") is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            await File.WriteAllTextAsync(file, report.ToJson() + "\n", stop).ConfigureAwait(false);
        }

        ChainBenchTable.Write(context.Output, report);
        return chains.Any(chain => chain.Error is not null) ? ExitCode.Failed : ExitCode.Ok;
    }
}
