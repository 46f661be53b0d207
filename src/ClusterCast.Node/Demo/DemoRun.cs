using System.Text.Json.Nodes;
using ClusterCast.Node.Evidence;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Node.Demo;

/// <summary>One headless run: watch, misbehave in mid-stream if asked to, stop, redeem everything, and account for it.</summary>
internal sealed class DemoRun(DemoOptions options, DemoNetwork network, ChainAccess chain, ChromiumPage page, TimeProvider time)
{
    private const double LatencyBoundMs = 5_000;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Runs and reports. Throws <see cref="NodeException"/> when no report can be made.</summary>
    public async Task<DemoReport> RunAsync(string url, Address purse, CancellationToken stop)
    {
        var viewer = await DemoViewer.OpenAsync(page, url, time, stop).ConfigureAwait(false);
        var duration = options.Duration!.Value;
        RoleProcess? culprit = null;
        var before = options.Misbehave == Misbehaviour.None ? TimeSpan.Zero : duration / 3;
        await Task.Delay(before, time, stop).ConfigureAwait(false);
        if (options.Misbehave != Misbehaviour.None)
        {
            var inUse = (string?)(await viewer.StatsAsync(stop).ConfigureAwait(false))["relaysUsed"]?.AsArray().LastOrDefault()
                ?? throw new NodeException("The viewer uses no relay.", ExitCode.Failed);
            culprit = network.RelayOf(inUse);
            await network.MisbehaveAsync(culprit, options.Misbehave, stop).ConfigureAwait(false);
        }

        await Task.Delay(duration - before, time, stop).ConfigureAwait(false);
        if (options.Screenshot is { } picture)
        {
            await File.WriteAllBytesAsync(picture, await viewer.ScreenshotAsync(stop).ConfigureAwait(false), stop).ConfigureAwait(false);
        }

        var stats = await viewer.StopAsync(stop).ConfigureAwait(false);
        var evidence = await viewer.EvidenceAsync(stop).ConfigureAwait(false);
        await KeepAsync("evidence", evidence, stop).ConfigureAwait(false);
        await KeepAsync("incident", await viewer.IncidentsAsync(stop).ConfigureAwait(false), stop).ConfigureAwait(false);

        if (culprit is { IsRunning: false })
        {
            await network.RestartAsync(culprit, stop).ConfigureAwait(false);
        }

        // A winner whose acknowledgement is still on its way is on disk by then.
        await Task.Delay(Settling, time, stop).ConfigureAwait(false);
        await network.RedeemAllAsync(stop).ConfigureAwait(false);
        var won = await network.WinnersOfAsync(purse, stop).ConfigureAwait(false);
        var ledger = await DemoLedger.ReadAsync(chain, purse, stop).ConfigureAwait(false);
        var report = Compose(stats, ledger, won, [.. evidence.Select(file => EvidenceCommand.Judge(file.ToJsonString(), null).Reason)]);
        return report with { Failures = [.. Failures(report, ledger)] };
    }

    private static DemoReport Compose(JsonObject stats, DemoLedger ledger, long won, IReadOnlyList<string> verdicts)
    {
        var delay = stats["glassToGlassMs"] as JsonObject;
        return new DemoReport
        {
            FirstFrameMs = (double?)stats["firstFrameMs"],
            GlassToGlassMs = delay is null ? null : new Percentiles((double)delay["p50"]!, (double)delay["p95"]!),
            VerifiedBytes = Whole(stats, "verifiedBytes"),
            LeavesVerified = Whole(stats, "leavesVerified"),
            LeavesRejected = Whole(stats, "leavesRejected"),
            BadLeavesShown = Whole(stats, "badLeavesShown"),
            ProofOverheadPercent = (double)stats["proofOverheadPercent"]!,
            Stalls = (int)Whole(stats, "stalls"),
            DroppedFrames = Whole(stats, "droppedFrames"),
            Transport = (string?)stats["transport"],
            RelaysUsed = [.. stats["relaysUsed"]!.AsArray().Select(node => (string)node!)],
            BannedRelays = [.. stats["bannedRelays"]!.AsArray().Select(banned => new BannedRelay((string)banned!["node"]!, (string)banned["why"]!))],
            TicketsSent = Whole(stats, "ticketsSent"),
            TicketsWon = won,
            TicketsRedeemed = ledger.Viewer.Tickets,
            UsdcSpent = Redeemed.Usdc(ledger.Deposited - ledger.Left),
            UsdcExpected = decimal.Parse((string)stats["usdcExpected"]!, System.Globalization.CultureInfo.InvariantCulture) / 1_000_000m,
            UsdcRedeemedOnChain = Redeemed.Usdc(ledger.Viewer.FaceValues),
            Earnings = ledger.Viewer.ToEarnings(),
            ChainTransactions = ledger.Transactions,
            Inner = new InnerPayments(ledger.Inner.Tickets, Redeemed.Usdc(ledger.Inner.FaceValues), ledger.Inner.ToEarnings()),
            Evidence = verdicts,
        };
    }

    private static long Whole(JsonObject stats, string name) => (long)(double)stats[name]!;

    private static IEnumerable<string> Failures(DemoReport report, DemoLedger ledger)
    {
        if (report.FirstFrameMs is null)
        {
            yield return "There was no picture.";
        }

        if (report.BadLeavesShown > 0)
        {
            yield return $"{report.BadLeavesShown} bad leaves reached the picture.";
        }

        if (report.GlassToGlassMs is { P95: >= LatencyBoundMs } delay)
        {
            yield return $"The picture was {delay.P95:0} ms behind (p95); {LatencyBoundMs:0} ms are allowed.";
        }

        foreach (var contradiction in ledger.Contradictions())
        {
            yield return contradiction;
        }
    }

    private async Task KeepAsync(string kind, IReadOnlyList<JsonNode> files, CancellationToken stop)
    {
        if (options.Keep is not { } keep)
        {
            return;
        }

        Directory.CreateDirectory(keep);
        for (var number = 0; number < files.Count; number++)
        {
            await File.WriteAllTextAsync(Path.Combine(keep, $"{kind}-{number + 1}.json"), files[number].ToJsonString(new() { WriteIndented = true }), stop).ConfigureAwait(false);
        }
    }
}
