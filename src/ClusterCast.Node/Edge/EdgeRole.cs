using ClusterCast.Media.Encoding;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Viewing;
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
        await using var node = await ViewerNode.StartAsync(context, "edge", "edge", log, stop).ConfigureAwait(false);
        var encoder = await probing.ConfigureAwait(false);
        if (encoder.Warning is { } warning)
        {
            log.LogWarning("{Warning}", warning);
        }

        await using var desk = new EdgeDesk(context, node.Mesh, encoder, log);
        var api = new EdgeApi(desk, node.Purse, settings, context.Time);
        await using var web = await WebHost.StartAsync(
            context, "edge", settings.Required("edge:http", "Give an address like 127.0.0.1:0."), () => desk.Streams.Select(stream => stream.Trouble).FirstOrDefault(trouble => trouble is not null),
            api.Map).ConfigureAwait(false);
        foreach (var plan in plans)
        {
            await desk.AddAsync(plan).ConfigureAwait(false);
        }

        ReadyLine.Write(context.Output, "edge", ("purse", node.Address.ToString()), ("http", web.Url.ToString().TrimEnd('/')), ("encoder", encoder.Choice.ToString()));
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Ok;
    }
}
