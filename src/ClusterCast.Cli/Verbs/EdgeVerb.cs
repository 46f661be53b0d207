using System.CommandLine;
using ClusterCast.Node.Edge;

namespace ClusterCast.Cli.Verbs;

internal static class EdgeVerb
{
    public static Command Create() => Verb.Create(
        "edge",
        "Take a stream from the mesh, encode it and push it to YouTube, Twitch and other RTMP servers",
        [
            new("--stream", "edge:stream", "The stream: its StreamKey token id"),
            new("--track", "edge:track", "The track: 1080 for 1080p; 0 for the highest"),
            new("--to", "edge:to", "Where it goes: @FILE that holds the URL, env:NAME, a name of edge:destinations, or the URL itself; again for more") { IsList = true },
            new("--profile", "edge:profile", "source, 1080p, 720p, 480p, 360p or WxH@FPS:KBPS: one for all, or one for each --to") { IsList = true },
            new("--http", "edge:http", "Interface, metrics and health"),
            new("--viewing-key", "edge:viewingKey", "Key file of the viewing key whose purse pays"),
            new("--ceiling", "purse:ceiling", "Never pay more: micro-USDC per 1,000,000,000 bytes"),
            new("--adapt", "edge:adapt", "Step down when a destination is congested: true or false"),
            new("--dry-run", "edge:dryRun", "Print what would be done, check it, and end", IsSwitch: true),
            .. DiscoveryFlags.All,
        ],
        () => new EdgeRole());
}
