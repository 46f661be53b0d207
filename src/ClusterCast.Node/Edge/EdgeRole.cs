using ClusterCast.Media.Encoding;
using ClusterCast.Mesh;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Network;
using ClusterCast.Node.Settlement;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Edge;

/// <summary>Takes streams from the mesh as a paid subscriber, encodes them and pushes them to platforms: <c>clustercast edge</c>.</summary>
public sealed class EdgeRole : IRole
{
    /// <inheritdoc/>
    public async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var settings = context.Settings;
        var log = context.Logs.CreateLogger("edge");
        var plans = EdgePlans.Read(settings);
        foreach (var target in plans.SelectMany(plan => plan.Targets).Where(target => target.IsKeyShown))
        {
            log.LogWarning("The key of {Name} stands on the command line, where every user of this machine can read it; give --to @FILE, --to env:NAME or a name of the configuration instead", target.Name);
        }

        if (settings.Switch("edge:dryRun"))
        {
            return await DryRun.RunAsync(context, plans, stop).ConfigureAwait(false);
        }

        var probing = new EncoderProbe().RunAsync(stop);
        using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
        var data = DataFolder.Of(settings, "edge");
        var devnet = chain.Deployment.Devnet;
        var viewingKey = settings.Text("edge:viewingKey") is { } file
            ? KeyFile.Open(file, devnet)
            : KeyFile.OpenOrCreate(Path.Combine(data, "viewing.json"), devnet, SystemRandomSource.Instance);
        await using var streams = await StreamTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        await using var stakes = await StakeTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        await using var purse = await PurseDesk.OpenAsync(context, chain, viewingKey, data, stop).ConfigureAwait(false);
        if (purse.Watch.Spendable == 0)
        {
            throw new NodeException($"The purse {viewingKey.Address} is empty. Fill it with: clustercast wallet deposit --amount 3 --data {data}");
        }

        var encoder = await probing.ConfigureAwait(false);
        if (encoder.Warning is { } warning)
        {
            log.LogWarning("{Warning}", warning);
        }

        await using var mesh = new MeshNode(new MeshOptions
        {
            Role = PeerRole.Viewer,
            NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
            Domains = chain.Domains,
            SigningKeys = streams.Keys,
            ConfirmKey = streams.Keys.ConfirmAsync,
            DataDirectory = data,
            MaxPrice = (ulong)settings.Number("purse:ceiling"),
            BootstrapFile = settings.Text("bootstrap"),
            PayingSessions = new PurseSessions(purse.Purse),
            Stakes = stakes,
            Time = context.Time,
            Logging = context.Logs,
        }.WithDiscovery(settings));
        purse.Purse.EvidenceFound += evidence => mesh.Report(evidence);
        mesh.Start();
        await using var desk = new EdgeDesk(context, mesh, encoder, log);
        var api = new EdgeApi(desk, purse.Purse, settings, context.Time);
        await using var web = await WebHost.StartAsync(
            context, "edge", settings.Required("edge:http", "Give an address like 127.0.0.1:0."), () => desk.Streams.Select(stream => stream.Trouble).FirstOrDefault(trouble => trouble is not null),
            api.Map).ConfigureAwait(false);
        foreach (var plan in plans)
        {
            await desk.AddAsync(plan).ConfigureAwait(false);
        }

        ReadyLine.Write(context.Output, "edge", ("purse", viewingKey.Address.ToString()), ("http", web.Url.ToString().TrimEnd('/')), ("encoder", encoder.Choice.ToString()));
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Ok;
    }
}
