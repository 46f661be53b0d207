using System.CommandLine;
using ClusterCast.Node.Devnet;

namespace ClusterCast.Cli.Verbs;

internal static class DevnetVerb
{
    public static Command Create() => Verb.Create(
        "devnet",
        "Run a local chain with the contracts, USDC and funded demo accounts",
        [
            new("--port", "devnet:port", "Port of the chain's JSON-RPC (8545; 0 takes a free one)"),
            new("--http", "devnet:http", "Status, metrics and health"),
            new("--streams", "devnet:streams", "So many streams, numbered from 1 (1)"),
            new("--face-value", "devnet:minFaceValue", "Least face value of a ticket, micro-USDC"),
        ],
        () => new DevnetRole());
}
