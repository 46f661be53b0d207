using System.CommandLine;
using ClusterCast.Node.Evidence;

namespace ClusterCast.Cli.Verbs;

internal static class EvidenceVerb
{
    public static Command Create() => new("evidence", "Signed bytes that prove an offence")
    {
        Verb.Create(
            "verify",
            "Decide a file: status 0 when the offence is proven, 3 when it is not, 1 when the file cannot be read",
            [new("--offline", "evidence:offline", "Do not ask the chain for the delegation", IsSwitch: true)],
            EvidenceCommand.VerifyAsync,
            new Argument<string>("file") { Description = "Evidence in JSON" }),
    };
}
