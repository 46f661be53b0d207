using ClusterCast.Mesh;
using ClusterCast.Node.Devnet;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Portal;

/// <summary>Serves the web app and its API: <c>clustercast portal</c>. Media never passes through it.</summary>
public sealed class PortalRole : IRole
{
    /// <inheritdoc/>
    public async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var settings = context.Settings;
        var log = context.Logs.CreateLogger("portal");
        using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
        var data = DataFolder.Of(settings, "portal");
        var nodeKey = settings.Text("portal:nodeKey") is { } file
            ? KeyFile.Open(file, chain.Deployment.Devnet)
            : KeyFile.OpenOrCreate(Path.Combine(data, "node.json"), chain.Deployment.Devnet, SystemRandomSource.Instance);
        await using var streams = await StreamTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        await using var stakes = await StakeTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        await using var mesh = new MeshNode(new MeshOptions
        {
            Role = PeerRole.Viewer,
            NodeKey = nodeKey,
            Domains = chain.Domains,
            SigningKeys = streams.Keys,
            ConfirmKey = streams.Keys.ConfirmAsync,
            DataDirectory = data,
            BootstrapFile = settings.Text("bootstrap"),
            Stakes = stakes,
            Time = context.Time,
            Logging = context.Logs,
        }.WithDiscovery(settings));
        mesh.Start();
        var deposits = new DepositDesk(chain, nodeKey, chain.Deployment.Devnet ? new DevnetFaucet(chain) : null);
        var api = new PortalApi(chain, mesh, deposits, settings.Text("portal:publicRpc"));
        await using var web = await WebHost.StartAsync(
            context, "portal", settings.Required("portal:http", "Give an address like 127.0.0.1:8080."), () => null,
            app =>
            {
                api.Map(app, stop);
                WebApp.Map(app);
            }).ConfigureAwait(false);
        log.LogInformation("The web app is at {Url}", web.Url);
        ReadyLine.Write(context.Output, "portal", ("http", web.Url.ToString().TrimEnd('/')));
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Ok;
    }
}
