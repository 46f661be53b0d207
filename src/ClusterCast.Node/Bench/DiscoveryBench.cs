using System.Diagnostics;
using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Bench;

/// <summary>Measures finding in the lab: new relays, lookups, a kill, restarts.</summary>
internal sealed class DiscoveryBench(int nodes, int rounds, int killPercent, string? aria2, ILogger log) : IAsyncDisposable
{
    private const int Lookups = 500;
    private const int Restarts = 10;
    private const int AriaRounds = 5;
    private const int LeastNeighbours = 8;
    private static readonly TimeSpan FindBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookupBound = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NewsBound = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan JoinBound = TimeSpan.FromSeconds(120);

    private readonly DiscoveryBed _bed = new();
    private readonly Random _random = new(7);

    /// <summary>Measures everything in turn.</summary>
    public async Task<DiscoveryBenchReport> RunAsync(CancellationToken stop)
    {
        log.LogInformation("{Nodes} relays start", nodes);
        for (var i = 0; i < nodes; i++)
        {
            _bed.StartRelay(i == 0 ? [] : Entry(3));
        }

        await SettleAsync(stop).ConfigureAwait(false);
        var report = new DiscoveryBenchReport();
        report = report with { Find = Sampled.Of(await NewcomersAsync(rounds, FindBound, stop).ConfigureAwait(false)), Nodes = _bed.Relays.Count };
        log.LogInformation("New relay found by a new viewer: {Sampled}", report.Find);
        await SettleAsync(stop).ConfigureAwait(false);
        report = report with { Lookup = Sampled.Of(await LookUpAsync(Lookups, stop).ConfigureAwait(false)) };
        log.LogInformation("Lookup: {Sampled}", report.Lookup);
        if (aria2 is not null)
        {
            report = report with { Aria2 = Sampled.Of(await AriaAsync(aria2, stop).ConfigureAwait(false)) };
            log.LogInformation("aria2: {Sampled}", report.Aria2);
        }

        // The first relay, by which many entered, is one of them.
        var victims = _bed.Relays.Skip(1).OrderBy(_ => _random.Next()).Take((_bed.Relays.Count * killPercent / 100) - 1).Prepend(_bed.Relays[0]).ToList();
        await _bed.StopAsync(victims).ConfigureAwait(false);
        report = report with { Killed = victims.Count, LookupAfterKill = Sampled.Of(await LookUpAsync(Lookups, stop).ConfigureAwait(false)) };
        log.LogInformation("Lookup after {Killed} were killed: {Sampled}", victims.Count, report.LookupAfterKill);
        report = report with { FindAfterKill = Sampled.Of(await ViewersAsync(rounds, stop).ConfigureAwait(false)) };
        log.LogInformation("Surviving relay found by a new viewer: {Sampled}", report.FindAfterKill);
        report = report with { FindNewAfterKill = Sampled.Of(await NewcomersAsync(rounds / 4, NewsBound, stop).ConfigureAwait(false)) };
        log.LogInformation("New relay after the kill found by a new viewer: {Sampled}", report.FindNewAfterKill);
        report = report with { Restart = Sampled.Of(await RestartAsync(stop).ConfigureAwait(false)) };
        log.LogInformation("Restart without a bootstrap node: {Sampled}", report.Restart);
        return report;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private static double Ms(long since) => Stopwatch.GetElapsedTime(since).TotalMilliseconds;

    private static async Task<double?> UntilAsync(Func<bool> condition, TimeSpan bound, CancellationToken stop)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(since) > bound)
            {
                return null;
            }

            await Task.Delay(1, stop).ConfigureAwait(false);
        }

        return Ms(since);
    }

    private LabRelay Any() => _bed.Relays[_random.Next(_bed.Relays.Count)];

    private string[] Entry(int count) => [.. Enumerable.Range(0, count).Select(_ => Any().Mesh.DhtNode!.Local.ToString()).Distinct()];

    private async Task SettleAsync(CancellationToken stop)
    {
        var since = Stopwatch.GetTimestamp();
        foreach (var relay in _bed.Relays)
        {
            while ((await relay.Mesh.DhtNode!.StatisticsAsync(stop).ConfigureAwait(false)).Nodes < LeastNeighbours || relay.Mesh.OwnRecord?.Tracks.Count != 1)
            {
                if (Stopwatch.GetElapsedTime(since) > JoinBound)
                {
                    throw new NodeException($"A relay of the lab did not find {LeastNeighbours} neighbours in {JoinBound.TotalSeconds} s: the machine is too busy.");
                }

                await Task.Delay(50, stop).ConfigureAwait(false);
            }
        }

        // The second announcement of the last one.
        await Task.Delay(TimeSpan.FromSeconds(3), stop).ConfigureAwait(false);
    }

    // Relay and viewer begin at the same moment.
    private async Task<List<double?>> NewcomersAsync(int count, TimeSpan bound, CancellationToken stop)
    {
        var times = new List<double?>();
        for (var i = 0; i < count; i++)
        {
            var (relayEntry, viewerEntry) = (Entry(3), Entry(3));
            var since = Stopwatch.GetTimestamp();
            var relay = _bed.StartRelay(relayEntry);
            await using var viewer = _bed.StartViewer(viewerEntry);
            viewer.Seek(relay.Stream);
            times.Add(await UntilAsync(() => Knows(viewer, relay.Stream), bound, stop).ConfigureAwait(false) is null ? null : Ms(since));
        }

        return times;
    }

    private async Task<List<double?>> ViewersAsync(int count, CancellationToken stop)
    {
        var times = new List<double?>();
        for (var i = 0; i < count; i++)
        {
            var (wanted, entry) = (Any().Stream, Entry(3));
            var since = Stopwatch.GetTimestamp();
            await using var viewer = _bed.StartViewer(entry);
            viewer.Seek(wanted);
            times.Add(await UntilAsync(() => Knows(viewer, wanted), FindBound, stop).ConfigureAwait(false) is null ? null : Ms(since));
        }

        return times;
    }

    private static bool Knows(MeshNode viewer, StreamId stream) => viewer.Records.Any(record => record.Tracks.Any(track => track.Track.Stream == stream));

    private async Task<List<double?>> LookUpAsync(int count, CancellationToken stop)
    {
        var times = new List<double?>();
        for (var i = 0; i < count; i++)
        {
            var (from, wanted) = (Any(), Any());
            using var found = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var since = Stopwatch.GetTimestamp();
            var lookups = DiscoveryBed.Topics(wanted.Stream).Select(topic => LookUpAsync(from.Mesh.DhtNode!, topic, wanted.Mesh.TlsEndpoint!, found)).ToList();
            var answers = await Task.WhenAll(lookups).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            times.Add(answers.Min() is { } at ? Stopwatch.GetElapsedTime(since, at).TotalMilliseconds : null);
        }

        return times;
    }

    private static async Task<long?> LookUpAsync(DhtNode from, DhtTopic topic, IPEndPoint wanted, CancellationTokenSource found)
    {
        try
        {
            await foreach (var peer in from.FindAsync(topic, LookupBound, found.Token).ConfigureAwait(false))
            {
                if (peer.Port == wanted.Port)
                {
                    var at = Stopwatch.GetTimestamp();
                    await found.CancelAsync().ConfigureAwait(false);
                    return at;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Another topic of the stream was quicker.
        }

        return null;
    }

    private async Task<List<double?>> RestartAsync(CancellationToken stop)
    {
        var stopped = _bed.Relays.OrderBy(_ => _random.Next()).Take(Restarts).ToList();
        await _bed.StopAsync(stopped).ConfigureAwait(false);
        var times = new List<double?>();
        foreach (var old in stopped)
        {
            var since = Stopwatch.GetTimestamp();
            var again = _bed.Restart(old);
            times.Add(await UntilAsync(() => again.Mesh.Dht?.Nodes > 0, FindBound, stop).ConfigureAwait(false) is null ? null : Ms(since));
        }

        return times;
    }

    private async Task<List<double?>> AriaAsync(string program, CancellationToken stop)
    {
        var times = new List<double?>();
        for (var i = 0; i < AriaRounds; i++)
        {
            var from = Any().Mesh.DhtNode!;
            times.Add(await AriaLookup.RunAsync(program, from, Any().Mesh.DhtNode!.Local, DhtTopic.From(Guid.NewGuid().ToByteArray().Concat(new byte[4]).ToArray()), stop).ConfigureAwait(false));
        }

        return times;
    }
}
