using System.CommandLine;
using ClusterCast.Node.Portal;

namespace ClusterCast.Cli.Verbs;

internal static class PortalVerb
{
    public static Command Create() => Verb.Create(
        "portal",
        "Serve the web app and its API",
        [
            new("--http", "portal:http", "Address of the web app (127.0.0.1:8080)"),
            new("--tls", "portal:tls", "Peer port"),
            new("--public-rpc", "portal:publicRpc", "JSON-RPC address that browsers are told"),
            new("--node-key", "portal:nodeKey", "Key file of the node"),
            .. DiscoveryFlags.All,
        ],
        () => new PortalRole());
}
