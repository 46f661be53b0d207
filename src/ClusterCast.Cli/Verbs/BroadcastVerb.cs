using System.CommandLine;
using ClusterCast.Node.Broadcast;

namespace ClusterCast.Cli.Verbs;

internal static class BroadcastVerb
{
    public static Command Create() => Verb.Create(
        "broadcast",
        "Take a stream from OBS or FFmpeg by RTMP and publish it, signed, to the relays",
        [
            new("--rtmp", "broadcast:rtmp", "Where OBS and FFmpeg publish (127.0.0.1:1935)"),
            new("--http", "broadcast:http", "Status, metrics and health"),
            new("--tls", "broadcast:tls", "Peer port"),
            new("--stream", "broadcast:stream", "The stream: its StreamKey token id"),
            new("--profile", "broadcast:profile", "live: parts of at most 100 ms; mesh: every frame at once"),
            new("--publish-key", "broadcast:publishKey", "The secret in the RTMP URL; a fresh one when not given"),
            new("--signing-key", "broadcast:signingKey", "Key file of the signing key"),
            new("--push-to", "broadcast:pushTo", "Relays that get the stream from here for free"),
            .. DiscoveryFlags.All,
        ],
        () => new BroadcastRole());
}
