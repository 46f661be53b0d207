using ClusterCast.Chain.Deployments;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Nat.Examining;
using ClusterCast.Mesh.Nat.PortMapping;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Doctor;

/// <summary><c>clustercast doctor</c>: what this node's network is, what a relay can earn on it, and what to change. Needs relays, no chain.</summary>
public static class DoctorCommand
{
    private const ushort TrialPort = 47_430;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Examines: status 0 when a relay can work here, 3 when the network is below the minimum. Throws <see cref="NodeException"/> when no relay answers.</summary>
    public static async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var settings = context.Settings;
        var deployment = DeploymentFile.Load(settings.Required("deployments", "Give the file with the contracts of the network with --deployments."));
        var relays = Relays(context);
        var log = context.Logs.CreateLogger("doctor");
        var options = new MeshOptions
        {
            Role = PeerRole.Viewer,
            NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
            Domains = deployment.Domains,
            SigningKeys = new NoKeys(),
            Time = context.Time,
        };
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
        bound.CancelAfter(Patience);
        NetworkReport report;
        try
        {
            report = await new NetworkExaminer(options).ExamineAsync(relays, what => log.LogDebug("{What}", what), bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new NodeException($"The examination took more than {Patience.TotalSeconds} s. Try other relays with --relay.");
        }

        if (report.Relays.All(relay => relay.Failure is not null))
        {
            throw new NodeException($"No relay answers, so nothing can be said of this network. {report.Relays[0].Failure} Check the cable, the firewall (outgoing TCP) and the addresses given with --relay.");
        }

        var router = report.IsTranslated == true ? await RouterAsync(context, log).ConfigureAwait(false) : null;
        var earnings = report.UpMegabits is { } up
            ? RelayEarnings.Of(up, settings.Number("doctor:streamKilobits", 1, 1_000_000) / 1_000.0, settings.Number("relay:price"))
            : null;
        if (settings.Switch("doctor:json"))
        {
            await context.Output.WriteLineAsync(DoctorJson.Write(report, router, earnings)).ConfigureAwait(false);
        }
        else
        {
            DoctorText.Write(context.Output, report, router, earnings);
        }

        return NetworkAdvice.MeetsMinimum(report) == false ? ExitCode.Negative : ExitCode.Ok;
    }

    // One mapping, given back at once.
    private static async Task<RouterFinding> RouterAsync(RoleContext context, ILogger log)
    {
        log.LogDebug("Asking the router to map a port");
        var quiet = new LoggerFactory().CreateLogger("portmap");
        await using var keeper = PortMappingKeeper.Create([new PortWish(IsUdp: true, TrialPort)], context.Time, SystemRandomSource.Instance, quiet);
        keeper.Start();
        await keeper.Tried.ConfigureAwait(false);
        return new RouterFinding(keeper.Protocol, keeper.Mapped.Count > 0 ? keeper.Mapped[0].Outside : null);
    }

    private static IReadOnlyList<BootstrapPeer> Relays(RoleContext context)
    {
        var relays = context.Settings.List("doctor:relay").Select(url => new BootstrapPeer(null, url)).ToList();
        if (context.Settings.Text("bootstrap") is { } file)
        {
            relays.AddRange(BootstrapFile.Read(file));
        }

        return relays.Count > 0
            ? relays
            : throw new NodeException("No relay to ask. Name one with --relay tls://host:port, or give a file of peers with --bootstrap.", ExitCode.Usage);
    }

    // The examination takes no media.
    private sealed class NoKeys : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address address, ulong timeMs) => false;
    }
}
