using ClusterCast.Chain.Devnet;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Devnet;

/// <summary>A local chain with everything deployed: <c>clustercast devnet</c>. Writes the deployments file and the keys of the demo accounts.</summary>
public sealed class DevnetRole : IRole
{
    /// <inheritdoc/>
    public async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var log = context.Logs.CreateLogger("devnet");
        var deployments = context.Settings.Required("deployments", "Say with --deployments where to write it.");
        var data = DataFolder.Of(context.Settings, "devnet");
        await using var devnet = await LocalDevnet.StartAsync(Options(context.Settings), deployments, stop).ConfigureAwait(false);
        Directory.CreateDirectory(Path.Combine(data, "keys"));
        WriteKeys(Path.Combine(data, "keys"));
        await using var web = await WebHost.StartAsync(
            context,
            "devnet",
            context.Settings.Text("devnet:http") ?? "127.0.0.1:0",
            () => devnet.Ended.IsCompleted ? "anvil has ended." : null,
            app => app.MapGet("/api/status", async () => Results.Json(new { role = "devnet", block = await devnet.Client.BlockNumberAsync(stop).ConfigureAwait(false), rpc = devnet.Deployment.RpcUrl })))
            .ConfigureAwait(false);
        log.LogInformation("Chain {Chain} at {Url}, contracts in {File}", devnet.Deployment.ChainId, devnet.Deployment.RpcUrl, deployments);
        ReadyLine.Write(context.Output, "devnet", ("rpc", devnet.Deployment.RpcUrl.ToString()), ("http", web.Url.ToString().TrimEnd('/')), ("keys", Path.Combine(data, "keys")));
        await Task.WhenAny(devnet.Ended, Task.Delay(Timeout.InfiniteTimeSpan, stop)).ConfigureAwait(false);
        return stop.IsCancellationRequested ? ExitCode.Ok : throw new NodeException("anvil ended by itself. Start the devnet again.");
    }

    private static DevnetOptions Options(Settings settings) => new()
    {
        Port = (int)settings.Number("devnet:port", 0, 65_535),
        Streams = (int)settings.Number("devnet:streams", 1, 16),
        BlockTime = settings.Seconds("devnet:blockTime"),
        MinFaceValue = settings.Text("devnet:minFaceValue") is null ? 1 : (uint)settings.Number("devnet:minFaceValue", 1, 1_000_000),
    };

    private static void WriteKeys(string folder)
    {
        (string Name, PrivateKey Key)[] keys =
        [
            ("broadcaster-owner", DemoAccounts.BroadcasterOwner),
            ("signing", DemoAccounts.SigningKey),
            .. DemoAccounts.Relays.Select((key, number) => ($"relay{number + 1}", key)),
            .. DemoAccounts.Viewers.Select((key, number) => ($"viewer{number + 1}", key)),
        ];
        foreach (var (name, key) in keys)
        {
            var path = Path.Combine(folder, $"{name}.json");
            File.Delete(path);
            KeyFile.Save(path, key, devnet: true, SystemRandomSource.Instance);
        }
    }
}
