using System.CommandLine;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Cli.Verbs;

internal static class ConfigVerb
{
    public static Command Create() => Verb.Create("config", "Print the commented default configuration", [], (context, _) =>
    {
        context.Output.Write(Settings.Manual());
        return Task.FromResult(ExitCode.Ok);
    });
}
