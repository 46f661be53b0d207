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
            File()),
        Verb.Create(
            "submit",
            "Have the offence of a file punished on the chain, and say what the report earned",
            [new("--key", "evidence:key", "Key file of the account that reports and pays for gas")],
            EvidenceSubmission.SubmitAsync,
            File()),
    };

    private static Argument<string> File() => new("file") { Description = "Evidence in JSON" };
}
