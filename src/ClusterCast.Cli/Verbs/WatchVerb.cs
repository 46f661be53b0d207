using System.CommandLine;
using ClusterCast.Node.Watch;

namespace ClusterCast.Cli.Verbs;

internal static class WatchVerb
{
    public static Command Create() => Verb.Create(
        "watch",
        "Watch without a picture: verify, pay, print statistics, and serve HLS on request",
        [
            new("--stream", "watch:stream", "The stream: its StreamKey token id"),
            new("--track", "watch:track", "The track: 480 for 480p; 0 for any"),
            new("--from", "watch:from", "Begin so many seconds before now, as far as relays have it cached (at most 60)"),
            new("--hls", "watch:hls", "Serve standard HLS on the http address", IsSwitch: true),
            new("--http", "watch:http", "HLS, metrics and health"),
            new("--viewing-key", "watch:viewingKey", "Key file of the viewing key"),
            new("--ceiling", "purse:ceiling", "Never pay more: micro-USDC per 1,000,000,000 bytes"),
            new("--duration", "watch:duration", "End after so many seconds"),
            new("--report", "watch:report", "Write the statistics to this file at the end"),
            .. DiscoveryFlags.All,
        ],
        () => new WatchRole());
}
