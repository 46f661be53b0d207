namespace ClusterCast.Load.Peers;

/// <summary>The same load for another server: so many clients that take bytes, and the server's CPU seconds meanwhile.</summary>
internal static class PeerLoad
{
    /// <summary>Runs clients and measures; the result is one JSON object.</summary>
    public static async Task<object> RunAsync(Options options, CancellationToken stop)
    {
        var url = new Uri(options.Required("url"));
        var count = options.Count("subscribers", 1_000);
        var seconds = options.Number("seconds", 20);
        var interval = TimeSpan.FromMilliseconds(options.Number("interval-ms", 0));
        var process = new ProcessWatch(options.Count("pid", 0));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        long bytes = 0;
        void Received(int more) => Interlocked.Add(ref bytes, more);
        var path = url.AbsolutePath.Trim('/').Split('/');
        var clients = Enumerable.Range(0, count).Select(i => Task.Run(
            () => url.Scheme == "rtmp"
                ? new RtmpPlayer(url.Host, url.Port, path[0], path[^1]).RunAsync(Received, end.Token)
                : new SegmentReader(url, interval).RunAsync(Received, interval * ((double)i / count), end.Token),
            end.Token)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(options.Number("settle", 8)), stop);
        var (before, cpu, at) = (Interlocked.Read(ref bytes), process.CpuSeconds, DateTime.UtcNow);
        await Task.Delay(TimeSpan.FromSeconds(seconds), stop);
        var gbit = (Interlocked.Read(ref bytes) - before) * 8 / 1e9;
        var (used, elapsed) = (process.CpuSeconds - cpu, (DateTime.UtcNow - at).TotalSeconds);
        var alive = clients.Count(client => !client.IsCompleted);
        var reasons = clients.Where(client => client.IsFaulted).Select(client => client.Exception!.InnerException!.Message).Distinct().Take(3).ToList();
        await end.CancelAsync();
        return new
        {
            subscribers = count,
            alive,
            ended = reasons,
            seconds = Math.Round(elapsed, 3),
            gbitPerSecond = Math.Round(gbit / elapsed, 4),
            cpuSeconds = Math.Round(used, 3),
            cpuShare = Math.Round(used / elapsed, 4),
            gbitPerCpuSecond = used > 0 ? Math.Round(gbit / used, 4) : (double?)null,
        };
    }
}
