using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Fees;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Bench;

/// <summary>What <c>clustercast bench chain</c> is asked to do.</summary>
internal sealed record ChainBenchOptions
{
    /// <summary>Nodes, one after the other.</summary>
    public required IReadOnlyList<Uri> Rpcs { get; init; }

    /// <summary>Our contracts on chains that are no anvil, one a chain.</summary>
    public IReadOnlyList<Deployment> Deployments { get; init; } = [];

    /// <summary>Key file of the account that pays.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whose prices to use instead of the node's own.</summary>
    public ChainProfile? Profile { get; init; }

    /// <summary>Transactions that are sent alone, one after the other.</summary>
    public int Rounds { get; init; } = 10;

    /// <summary>Transactions that are sent at once.</summary>
    public int Burst { get; init; } = 16;

    /// <summary>Winners in a redemption.</summary>
    public int Tickets { get; init; } = 50;

    /// <summary>Dollars an ETH.</summary>
    public decimal EthUsd { get; init; } = 3_000;

    /// <summary>Dollars a POL.</summary>
    public decimal PolUsd { get; init; } = 0.10m;

    /// <summary>Transactions of one operation: the first, the rounds and the burst.</summary>
    public int Calls => 1 + Rounds + Burst;

    /// <summary>Reads the settings. Throws <see cref="NodeException"/>.</summary>
    public static ChainBenchOptions From(Settings settings)
    {
        var rpcs = settings.List("bench:rpc");
        return rpcs.Count == 0
            ? throw new NodeException("No chain is named. Give at least one node with --rpc, for example --rpc http://127.0.0.1:8545.", ExitCode.Usage)
            : new ChainBenchOptions
            {
                Rpcs = [.. rpcs.Select(Rpc)],
                Deployments = [.. settings.List("bench:deployments").Select(DeploymentFile.Load)],
                KeyFile = settings.Text("bench:key"),
                Profile = settings.Text("bench:profile") is { } name ? ProfileOf(name) : null,
                Rounds = (int)settings.Number("bench:rounds", 1, 10_000),
                Burst = (int)settings.Number("bench:burst", 1, 1_000),
                Tickets = (int)settings.Number("bench:tickets", 1, 200),
                EthUsd = settings.Price("bench:ethUsd"),
                PolUsd = settings.Price("bench:polUsd"),
            };
    }

    /// <summary>Dollars a native token.</summary>
    public decimal UsdOf(string nativeToken) => nativeToken == "POL" ? PolUsd : EthUsd;

    private static Uri Rpc(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? url
        : throw new NodeException($"'{text}' is not a JSON-RPC address. Write it like http://127.0.0.1:8545.", ExitCode.Usage);

    private static ChainProfile ProfileOf(string name) => ChainProfile.Find(name)
        ?? throw new NodeException($"There is no profile '{name}'. There are: {string.Join(", ", ChainProfile.All.Select(profile => profile.Name))}.", ExitCode.Usage);
}
