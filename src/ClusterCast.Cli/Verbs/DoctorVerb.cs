using System.CommandLine;
using ClusterCast.Node.Doctor;

namespace ClusterCast.Cli.Verbs;

internal static class DoctorVerb
{
    public static Command Create() => Verb.Create(
        "doctor",
        "Say what this network is, what a relay can earn on it, and what to change; status 3 when it is below a relay's minimum",
        [
            new("--relay", "doctor:relay", "A relay to ask: tls://host:port; give it again for more") { IsList = true },
            new("--json", "doctor:json", "Print JSON", IsSwitch: true),
            new("--price", "relay:price", "Micro-USDC per 1,000,000,000 bytes"),
            new("--stream-kilobits", "doctor:streamKilobits", "Rate of the streams to carry, kb/s"),
        ],
        DoctorCommand.RunAsync);
}
