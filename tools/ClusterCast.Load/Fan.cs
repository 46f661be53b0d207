using ClusterCast.Chain.Devnet;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Node.Settlement;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Load;

/// <summary>One stream, one relay or a tree of them, many paying subscribers.</summary>
internal sealed class Fan(Options options, CancellationToken stop)
{
    private const int JoinAtOnce = 50;
    private static readonly TrackKey Track = new(new StreamId(1), 480);
    private readonly Tally _tally = new();

    /// <summary>Publishes, subscribes, pays and measures; the result is one JSON object.</summary>
    public async Task<object> RunAsync()
    {
        var relays = options.Required("relays").Split(',').Select(RelayAddress.Parse).ToList();
        var count = options.Count("subscribers", 1_000);
        var verify = Math.Min(count, options.Count("verify", 0));
        var seconds = options.Number("seconds", 20);
        using var logs = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        var settings = Settings.Load(null, new Dictionary<string, string?> { ["deployments"] = options.Required("deployments") });
        using var chain = await ChainAccess.OpenAsync(new RoleContext(settings, logs, TimeProvider.System, Console.Out), stop);
        await using var streams = await StreamTracker.OpenAsync(chain, TimeProvider.System, NullLogger.Instance, stop);
        var purses = await Purses.OpenAsync(chain, count + verify, stop);
        Note($"purses for {count} subscribers are filled");

        await using var broadcaster = new MeshNode(Common(chain, streams, PeerRole.Broadcaster, relays[0], logs) with { PushTo = options.Count("push-to", 1) });
        broadcaster.Start();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var publisher = broadcaster.Publish(Track, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), DemoAccounts.SigningKey);
        var source = SyntheticSource.RunAsync(publisher, options.Count("kbit", 1_500), options.Count("part-ms", 100), _tally, end.Token);

        await using var dialer = new Dialer(chain.Domains, options.Count("ack-at-once", 0) != 0);
        await using var probe = new StatusProbe(options.Text("http"));
        using var subscribers = new SubscriberSet(dialer, chain, Track, purses, _tally, options.Count("hash", 0) != 0);
        await using var viewers = new ViewerSet(() => Common(chain, streams, PeerRole.Viewer, relays[0], logs), Track, purses, _tally);
        await subscribers.OpenAsync(relays, count - verify, JoinAtOnce, end.Token);
        await viewers.OpenAsync(verify, end.Token);
        Note($"{count - verify} light and {verify} verifying subscribers are connected and flow");
        await Task.Delay(TimeSpan.FromSeconds(options.Number("settle", 5)), end.Token);

        var own = new ProcessWatch(Environment.ProcessId);
        var process = options.Text("pid") is { } id ? new ProcessWatch(int.Parse(id)) : null;
        subscribers.Restart();
        viewers.Restart();
        _tally.Delays.Clear();
        var (bytes, leaves, cpu, at) = (_tally.Bytes, _tally.Leaves, process?.CpuSeconds ?? 0, _tally.NowMs);
        var ownCpu = own.CpuSeconds;
        var before = await probe.ReadAsync(end.Token);
        await Task.Delay(TimeSpan.FromSeconds(seconds), end.Token);
        var after = await probe.ReadAsync(end.Token);
        var (elapsed, cpuUsed) = ((_tally.NowMs - at) / 1_000, (process?.CpuSeconds ?? 0) - cpu);
        var gbit = (_tally.Bytes - bytes) * 8 / 1e9;
        var result = new
        {
            subscribers = count,
            verifying = verify,
            alive = subscribers.Alive + viewers.Alive,
            ended = (IReadOnlyList<string>)[.. subscribers.Reasons, .. viewers.Reasons],
            seconds = Math.Round(elapsed, 3),
            gbitPerSecond = Math.Round(gbit / elapsed, 4),
            leaves = _tally.Leaves - leaves,
            relayCpuSeconds = Math.Round(cpuUsed, 3),
            relayCpuShare = Math.Round(cpuUsed / elapsed, 4),
            gbitPerCpuSecond = cpuUsed > 0 ? Math.Round(gbit / cpuUsed, 4) : (double?)null,
            loadCpuShare = Math.Round((own.CpuSeconds - ownCpu) / elapsed, 4),
            relayResidentMb = process is null ? (double?)null : Math.Round(process.ResidentBytes / 1e6, 1),
            partDelayP50Ms = _tally.Delays.Percentile(0.5),
            partDelayP95Ms = _tally.Delays.Percentile(0.95),
            partDelayP99Ms = _tally.Delays.Percentile(0.99),
            stalls = subscribers.Stalls + viewers.Stalls,
            relay = StatusProbe.Difference(before, after),
        };
        await end.CancelAsync();
        await source;
        return result;
    }

    private static MeshOptions Common(ChainAccess chain, StreamTracker streams, PeerRole role, RelayAddress relay, ILoggerFactory logs) => new()
    {
        Role = role,
        NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
        Domains = chain.Domains,
        SigningKeys = streams.Keys,
        BootstrapPeers = [new BootstrapPeer(relay.Node, relay.Url)],
        Logging = logs,
    };

    private static void Note(string sentence) => Console.Error.WriteLine($"load: {sentence}");
}
