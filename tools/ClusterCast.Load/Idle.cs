using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Load;

/// <summary>Connections past the handshake over which nothing flows: what each costs the relay in memory.</summary>
internal sealed class Idle(Options options, CancellationToken stop)
{
    private const int WarmUp = 100;
    private const int AtOnce = 50;

    /// <summary>Connects and measures; the result is one JSON object.</summary>
    public async Task<object> RunAsync()
    {
        var relays = options.Required("relays").Split(',').Select(RelayAddress.Parse).ToList();
        var count = options.Count("subscribers", 1_000);
        var settings = Settings.Load(null, new Dictionary<string, string?> { ["deployments"] = options.Required("deployments") });
        using var chain = await ChainAccess.OpenAsync(new RoleContext(settings, NullLoggerFactory.Instance, TimeProvider.System, Console.Out), stop);
        var process = new ProcessWatch(options.Count("pid", 0));
        var purses = new Purses([]);
        await using var dialer = new Dialer(chain.Domains, ackAtOnce: false);
        using var warm = new SubscriberSet(dialer, chain, new TrackKey(new StreamId(1), 480), purses, new Tally(), hash: false);
        using var measured = new SubscriberSet(dialer, chain, new TrackKey(new StreamId(1), 480), purses, new Tally(), hash: false);
        await warm.OpenAsync(relays, WarmUp, AtOnce, stop, idle: true);
        await Task.Delay(TimeSpan.FromSeconds(3), stop);
        var before = process.ResidentBytes;
        await measured.OpenAsync(relays, count, AtOnce, stop, idle: true);
        await Task.Delay(TimeSpan.FromSeconds(options.Number("seconds", 10)), stop);
        return new { subscribers = count, alive = measured.Alive, bytesPerSubscriber = (process.ResidentBytes - before) / count };
    }
}
