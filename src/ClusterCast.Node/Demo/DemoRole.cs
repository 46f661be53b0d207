using ClusterCast.Chain.Devnet;
using ClusterCast.Media.Ingest;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Wallet;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Demo;

/// <summary>The whole product on one machine: <c>clustercast demo</c>.</summary>
public sealed class DemoRole : IRole
{
    /// <inheritdoc/>
    public async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var options = DemoOptions.From(context.Settings);
        var folder = Directory.CreateTempSubdirectory("clustercast-demo-").FullName;
        try
        {
            return await RunAsync(context, options, folder, stop).ConfigureAwait(false);
        }
        finally
        {
            if (options.Keep is { } keep)
            {
                Copy(Path.Combine(folder, "logs"), Path.Combine(keep, "logs"));
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<ExitCode> RunAsync(RoleContext context, DemoOptions options, string folder, CancellationToken stop)
    {
        if (options.Clip is { } file)
        {
            // A clip that cannot be played is better refused before nine processes run.
            await ClipProbe.RunAsync(file, stop).ConfigureAwait(false);
        }

        Say("Starting the chain, the contracts, three relays, the portal and the broadcaster");
        await using var network = await DemoNetwork.StartAsync(options, folder, stop).ConfigureAwait(false);
        using var chain = await ChainAccess.OpenAsync(context.With("deployments", network.Deployments), stop).ConfigureAwait(false);
        var viewingKey = PrivateKey.Create(SystemRandomSource.Instance);
        await PurseFiller.FillAsync(chain, DemoAccounts.Viewers[0], viewingKey, DemoOptions.Deposit, stop).ConfigureAwait(false);

        // A viewer's browser runs before the page is opened; its own start is no part of the first frame.
        await using var page = options.Headless ? await ChromiumPage.OpenAsync(Path.Combine(folder, "chromium"), stop).ConfigureAwait(false) : null;
        await using var source = options.Clip is { } clip ? new DemoSource(clip, $"{network.RtmpUrl}/{network.PublishKey}", context.Time) : null;
        if (source is null)
        {
            Say($"Publish now, in OBS: Settings > Stream > Custom, server {network.RtmpUrl}, stream key {network.PublishKey}");
            Say($"or with FFmpeg: ffmpeg -re -i clip.mp4 -c:v libx264 -g 60 -c:a aac -f flv {network.RtmpUrl}/{network.PublishKey}");
        }

        await WaitForStreamAsync(network, source, context.Time, stop).ConfigureAwait(false);
        var url = $"{network.PortalUrl}/watch/1#viewingKey={Hex.Encode(viewingKey.Export())}";
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watchdog = WatchdogAsync(network, source, options, running.Token);
        var work = page is not null
            ? HeadlessAsync(new DemoRun(options, network, chain, page, context.Time), options, url, viewingKey.Address, running.Token)
            : ShowAsync(network, options, url, context.Time, running.Token);
        var first = await Task.WhenAny(work, watchdog).ConfigureAwait(false);
        await running.CancelAsync().ConfigureAwait(false);
        if (first == watchdog && !stop.IsCancellationRequested)
        {
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw await watchdog.ConfigureAwait(false);
        }

        return await work.ConfigureAwait(false);
    }

    private static async Task<ExitCode> HeadlessAsync(DemoRun run, DemoOptions options, string url, Address purse, CancellationToken stop)
    {
        Say($"Watching for {options.Duration!.Value.TotalSeconds:0} s with a headless Chromium");
        var report = await run.RunAsync(url, purse, stop).ConfigureAwait(false);
        var json = report.ToJson();
        Console.WriteLine(json);
        if (options.Report is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            await File.WriteAllTextAsync(file, json + "\n", stop).ConfigureAwait(false);
        }

        foreach (var failure in report.Failures)
        {
            await Console.Error.WriteLineAsync($"clustercast: {failure}").ConfigureAwait(false);
        }

        return report.Failures.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<ExitCode> ShowAsync(DemoNetwork network, DemoOptions options, string url, TimeProvider time, CancellationToken stop)
    {
        Say($"Watch at {url}");
        Say("Ctrl-C ends everything.");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (options.Duration is { } duration)
        {
            over.CancelAfter(duration);
        }

        await DemoTable.ShowAsync(network, time, over.Token).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    private static async Task WaitForStreamAsync(DemoNetwork network, DemoSource? source, TimeProvider time, CancellationToken stop)
    {
        var patience = source is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(30);
        var started = time.GetTimestamp();
        while (true)
        {
            var carrying = 0;
            foreach (var relay in network.Relays)
            {
                var status = await network.StatusAsync(relay, stop).ConfigureAwait(false);
                carrying += (int?)status?["tracks"] > 0 ? 1 : 0;
            }

            if (carrying == network.Relays.Count && await network.RelaysAtPortalAsync(stop).ConfigureAwait(false) == carrying)
            {
                return;
            }

            if (source?.Failure is { } failure)
            {
                throw failure;
            }

            if (patience > TimeSpan.Zero && time.GetElapsedTime(started) > patience)
            {
                throw new NodeException($"The stream did not reach the relays within {patience.TotalSeconds:0} s. See the logs with --keep FOLDER.", ExitCode.Failed);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop).ConfigureAwait(false);
        }
    }

    // A role that dies on its own ends the demo with its last words; the relay that is meant to crash does not.
    private static async Task<Exception> WatchdogAsync(DemoNetwork network, DemoSource? source, DemoOptions options, CancellationToken stop)
    {
        var watched = network.Roles.Where(role => options.Misbehave != Misbehaviour.Crash || !network.Relays.Contains(role)).ToList();
        var ends = watched.Select(role => role.Exited).Append(source?.Ended ?? Task.Delay(Timeout.InfiniteTimeSpan, stop)).ToList();
        var ended = await Task.WhenAny(ends).WaitAsync(stop).ConfigureAwait(false);
        var index = ends.IndexOf(ended);
        return index < watched.Count
            ? watched[index].Death
            : (Exception?)source?.Failure ?? new NodeException("The publisher ended.", ExitCode.Data);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.Exists(from) ? Directory.GetFiles(from) : [])
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    private static void Say(string sentence) => Console.Error.WriteLine(sentence);
}
