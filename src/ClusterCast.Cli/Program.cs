using System.CommandLine;
using ClusterCast.Cli;
using ClusterCast.Cli.Verbs;

var root = new RootCommand("ClusterCast: peer-to-peer live video, every byte verified, every megabyte paid.")
{
    DevnetVerb.Create(),
    BroadcastVerb.Create(),
    RelayVerb.Create(),
    PortalVerb.Create(),
    WatchVerb.Create(),
    WalletVerb.Create(),
    EvidenceVerb.Create(),
    DemoVerb.Create(),
    PublishVerb.Create(),
    BenchVerb.Create(),
    DoctorVerb.Create(),
    ConfigVerb.Create(),
};
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
