using System.Text.Json.Nodes;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Demo;

/// <summary>The demo's own viewer: the web app in a headless Chromium, read through <c>window.clustercast</c>.</summary>
internal sealed class DemoViewer(ChromiumPage page)
{
    private static readonly TimeSpan PicturePatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Opens the page and waits for the first painted frame; the browser stays the caller's. Throws <see cref="NodeException"/> when none comes.</summary>
    public static async Task<DemoViewer> OpenAsync(ChromiumPage page, string url, TimeProvider time, CancellationToken stop)
    {
        var viewer = new DemoViewer(page);
        await page.NavigateAsync(url, stop).ConfigureAwait(false);
        var started = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Poll, time, stop).ConfigureAwait(false);
            var stats = await viewer.TryStatsAsync(stop).ConfigureAwait(false);
            if (stats?["firstFrameMs"] is not null)
            {
                return viewer;
            }

            if (time.GetElapsedTime(started) > PicturePatience)
            {
                var said = (string?)await page.EvaluateAsync("document.body?.innerText?.slice(0, 300) ?? ''", stop).ConfigureAwait(false);
                throw new NodeException($"No picture within {PicturePatience.TotalSeconds:0} s. The page says: {said?.ReplaceLineEndings(" ")}", ExitCode.Failed);
            }
        }
    }

    /// <summary>The page's figures now.</summary>
    public async Task<JsonObject> StatsAsync(CancellationToken stop) => await TryStatsAsync(stop).ConfigureAwait(false)
        ?? throw new NodeException("The page does not show its figures any more.", ExitCode.Failed);

    /// <summary>Stops watching: closing tickets are sent and acknowledged. Gives the final figures.</summary>
    public async Task<JsonObject> StopAsync(CancellationToken stop) => await page.EvaluateAsync("window.clustercast.stop()", stop).ConfigureAwait(false) as JsonObject
        ?? throw new NodeException("The page did not give its final figures.", ExitCode.Failed);

    /// <summary>Evidence that the page kept, each a JSON text.</summary>
    public async Task<IReadOnlyList<JsonNode>> EvidenceAsync(CancellationToken stop) =>
        [.. (await page.EvaluateAsync("window.clustercast.evidence()", stop).ConfigureAwait(false) as JsonArray ?? []).Select(node => node!.DeepClone())];

    /// <summary>Incidents that the page kept.</summary>
    public async Task<IReadOnlyList<JsonNode>> IncidentsAsync(CancellationToken stop) =>
        [.. (await page.EvaluateAsync("window.clustercast.incidents()", stop).ConfigureAwait(false) as JsonArray ?? []).Select(node => node!.DeepClone())];

    /// <summary>A picture of the page, PNG.</summary>
    public Task<byte[]> ScreenshotAsync(CancellationToken stop) => page.ScreenshotAsync(stop);

    private async Task<JsonObject?> TryStatsAsync(CancellationToken stop) =>
        await page.EvaluateAsync("window.clustercast?.stats() ?? null", stop).ConfigureAwait(false) as JsonObject;
}
