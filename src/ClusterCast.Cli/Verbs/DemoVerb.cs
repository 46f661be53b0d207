using System.CommandLine;
using ClusterCast.Node.Demo;

namespace ClusterCast.Cli.Verbs;

internal static class DemoVerb
{
    public static Command Create() => Verb.Create(
        "demo",
        "Everything on this machine: chain, broadcaster, relays, portal, and a verified, paid picture in a browser",
        [
            new("--duration", "demo:duration", "End after so many seconds of picture"),
            new("--headless", "demo:headless", "Watch with a Chromium of its own", IsSwitch: true),
            new("--report", "demo:report", "Write the report to this file"),
            new("--source", "demo:source", "A clip, or rtmp to wait for OBS or FFmpeg"),
            new("--misbehave", "demo:misbehave", "corrupt, stall, crash or receipt: what the relay in use does in mid-stream"),
            new("--port", "demo:port", "Port of the web app (8080; 0 takes a free one)"),
            new("--screenshot", "demo:screenshot", "Write a picture of the page to this PNG file"),
            new("--keep", "demo:keep", "Keep logs, incidents and evidence in this folder"),
        ],
        () => new DemoRole());
}
