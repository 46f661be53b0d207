using System.CommandLine;
using ClusterCast.Node.Bench;
using ClusterCast.Node.Bench.Hops;

namespace ClusterCast.Cli.Verbs;

internal static class BenchVerb
{
    public static Command Create() => new("bench", "Measurements")
    {
        Verb.Create(
            "chain",
            "Gas, latency, throughput and dollars of deposit, redemption, stake and mint on any EVM node",
            [
                new("--rpc", "bench:rpc", "JSON-RPC address of a chain node; give it again for more") { IsList = true },
                new("--deployments", "bench:deployments", "File with the contracts of a chain that is no anvil; give it again for more") { IsList = true },
                new("--key", "bench:key", "Key file of an account with USDC and gas; on an anvil a fresh one gets play money"),
                new("--profile", "bench:profile", "Price as another chain does: base, megaeth, polygon, or their testnets"),
                new("--rounds", "bench:rounds", "Transactions sent alone (10)"),
                new("--burst", "bench:burst", "Transactions sent at once (16)"),
                new("--tickets", "bench:tickets", "Winners in a redemption (50)"),
                new("--eth-usd", "bench:ethUsd", "Dollars an ETH (3000)"),
                new("--pol-usd", "bench:polUsd", "Dollars a POL (0.10)"),
                new("--report", "bench:report", "Write the report to this file"),
            ],
            ChainBenchCommand.RunAsync),
        Verb.Create(
            "discovery",
            "A hundred relays on this machine: how fast a new viewer finds a new relay, and what is found after many of them were killed",
            [
                new("--nodes", "discovery:nodes", "Relays (100)"),
                new("--rounds", "discovery:rounds", "New relays that new viewers look for (40)"),
                new("--kill", "discovery:killPercent", "Percent of the relays that are killed at once (30)"),
                new("--aria2", "discovery:aria2", "Program aria2c, to look up the same in the same network"),
                new("--report", "discovery:report", "Write the report to this file"),
            ],
            DiscoveryBenchCommand.RunAsync),
        Verb.Create(
            "hop",
            "One place of a chain of nodes on one machine, which dates the parts that come by (bench/benchmarks/mesh.mjs)",
            [
                new("--place", "bench:place", "source, relay or viewer"),
                new("--number", "bench:number", "Number of the place, for its key (1 to 200)"),
                new("--listen", "bench:listen", "Where a relay listens"),
                new("--dial", "bench:dial", "Address of the neighbour that this place dials"),
                new("--dial-number", "bench:dialNumber", "Number of that neighbour"),
                new("--tls", "bench:tls", "A relay listens for TLS beside QUIC", IsSwitch: true),
                new("--children", "bench:children", "Children that the place serves at most (1)"),
                new("--protection", "bench:protection", "Loss protection: auto, on or off (auto)"),
                new("--fps", "bench:fps", "Parts a second (30)"),
                new("--kilobits", "bench:kilobits", "Kilobits a second (6000)"),
                new("--seconds", "bench:seconds", "How long the source sends (20)"),
                new("--report", "bench:report", "Write the report to this file"),
            ],
            HopCommand.RunAsync),
    };
}
