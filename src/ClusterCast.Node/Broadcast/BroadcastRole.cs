using System.Security.Cryptography;
using ClusterCast.Chain.Devnet;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Mesh;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Broadcast;

/// <summary>Takes a stream by RTMP and publishes it, signed, to relays: <c>clustercast broadcast</c>.</summary>
public sealed class BroadcastRole : IRole
{
    /// <inheritdoc/>
    public async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var settings = context.Settings;
        var log = context.Logs.CreateLogger("broadcast");
        using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
        var data = DataFolder.Of(settings, "broadcast");
        var stream = Inputs.Stream(settings.Required("broadcast:stream", "Name the stream, for example --stream 1."));
        var signingKey = SigningKey(context, chain, data);
        await using var streams = await StreamTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        await using var stakes = await StakeTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        if (!streams.Keys.IsSigningKey(stream, signingKey.Address, (ulong)context.Time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            throw new NodeException($"The key {signingKey.Address} may not sign for stream {stream}. The owner of the stream must delegate it in StreamKeys.", ExitCode.Usage);
        }

        var publishKey = settings.Text("broadcast:publishKey") ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        await using var rtmp = new RtmpServer(new RtmpServerOptions
        {
            EndPoint = Endpoints.Parse(settings.Required("broadcast:rtmp", "Give an address like 127.0.0.1:1935.")),
            PublishKeyCheck = PublishKey.Single(publishKey),
            TimeProvider = context.Time,
        });
        rtmp.Start();
        await using var mesh = new MeshNode(new MeshOptions
        {
            Role = PeerRole.Broadcaster,
            NodeKey = KeyFile.OpenOrCreate(Path.Combine(data, "node.json"), chain.Deployment.Devnet, SystemRandomSource.Instance),
            Domains = chain.Domains,
            SigningKeys = streams.Keys,
            ConfirmKey = streams.Keys.ConfirmAsync,
            DataDirectory = data,
            TlsListen = Endpoints.Parse(settings.Required("broadcast:tls", "Give an address like 127.0.0.1:0.")),
            BootstrapFile = settings.Text("bootstrap"),
            PushTo = (int)settings.Number("broadcast:pushTo", 1, 8),
            Stakes = stakes,
            Time = context.Time,
            Logging = context.Logs,
        }.WithDiscovery(settings));
        mesh.Start();
        var broadcaster = new Broadcaster(mesh, rtmp, stream, signingKey, context);
        await using var web = await WebHost.StartAsync(
            context, "broadcast", settings.Required("broadcast:http", "Give an address like 127.0.0.1:0."), () => null,
            app => app.MapGet("/api/status", () => Results.Json(broadcaster.Status()))).ConfigureAwait(false);
        var url = $"rtmp://{rtmp.EndPoint}/live";
        log.LogInformation("Publish stream {Stream} to {Url} with the publish key {Key}", stream, url, settings.Text("broadcast:publishKey") is null ? publishKey : "(as configured)");
        ReadyLine.Write(context.Output, "broadcast", ("rtmp", url), ("http", web.Url.ToString().TrimEnd('/')));
        await broadcaster.RunAsync(stop).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    // On a devnet the demo's signing key is delegated already; elsewhere a key of one's own has to be.
    private static PrivateKey SigningKey(RoleContext context, ChainAccess chain, string data) => context.Settings.Text("broadcast:signingKey") switch
    {
        { } file => KeyFile.Open(file, chain.Deployment.Devnet),
        null when chain.Deployment.Devnet => DemoAccounts.SigningKey,
        null => KeyFile.OpenOrCreate(Path.Combine(data, "signing.json"), devnet: false, SystemRandomSource.Instance),
    };
}
