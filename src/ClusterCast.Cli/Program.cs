using System.CommandLine;
using ClusterCast.Cli;
using ClusterCast.Cli.Verbs;

var root = new RootCommand("ClusterCast: peer-to-peer live video, every byte verified, every megabyte paid.")
{
    DevnetVerb.Create(),
    BroadcastVerb.Create(),
    RelayVerb.Create(),
    EdgeVerb.Create(),
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
// `--to @FILE` names a file that holds a secret: it is read by its verb and not put into the command line.
return await root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
