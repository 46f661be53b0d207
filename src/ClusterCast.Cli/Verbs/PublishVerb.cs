using System.CommandLine;
using ClusterCast.Node.Publish;

namespace ClusterCast.Cli.Verbs;

internal static class PublishVerb
{
    public static Command Create() => Verb.Create(
        "publish",
        "Publish a clip by RTMP as OBS would, in a loop, with a time code in every frame",
        [new("--to", "publish:to", "Where: rtmp://host:port/live/KEY")],
        PublishCommand.RunAsync,
        new Argument<string>("clip") { Description = "A video file" });
}
