using System.Text.Json;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Watch;

/// <summary>The figures of a headless viewer.</summary>
internal sealed class WatchStatus(MeshNode mesh, TrackSubscription subscription, Playback playback, Purse purse, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Whether a part was received.</summary>
    public bool HasPicture => subscription.Statistics.PartsDelivered > 0;

    /// <summary>Adds <c>/api/status</c>.</summary>
    public void Map(WebApplication app) => app.MapGet("/api/status", () => Results.Json(Read()));

    /// <summary>The figures as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(Read(), Format);

    /// <summary>Logs a line every five seconds.</summary>
    public async Task PrintAsync(ILogger log, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                var media = subscription.Statistics;
                var money = purse.Statistics.Total;
                log.LogInformation(
                    "{State}: {Verified} verified, {Rejected} leaves rejected, {Spent} signed in {Tickets} tickets, relay {Relay}, {Behind} ms behind",
                    media.State, Money.FormatMegabytes((ulong)media.VerifiedBytes), media.LeavesRejected, Money.FormatScaled(money.ValueScaled), money.TicketsSent, media.Relay, Behind(media));
            }
        }
        catch (OperationCanceledException)
        {
            // The role ends.
        }
    }

    private object Read()
    {
        var media = subscription.Statistics;
        var played = playback.Figures;
        var money = purse.Statistics.Total;
        return new
        {
            role = "watch",
            state = media.State.ToString(),
            relay = media.Relay?.ToString(),
            transport = mesh.Peers.FirstOrDefault(peer => peer.Node is { } node && node == media.Relay)?.Transport,
            directWays = new { tried = mesh.DirectWays.Attempts, found = mesh.DirectWays.Successes, decidedMs = mesh.DirectWays.LastTook?.TotalMilliseconds },
            switches = media.Switches,
            verifiedBytes = media.VerifiedBytes,
            leavesVerified = media.LeavesVerified,
            leavesRejected = media.LeavesRejected,
            proofOverheadPercent = media.VerifiedBytes == 0 ? 0 : Math.Round(100.0 * media.OverheadBytes / media.VerifiedBytes, 3),
            partsDelivered = media.PartsDelivered,
            partsLost = media.PartsLost,
            partsDropped = media.PartsDropped,
            leavesDelivered = played.Leaves,
            leavesLost = media.LeavesLost,
            leavesLate = played.LeavesLate,
            stalls = played.Stalls,
            stalledMs = Math.Round(played.StalledMs),
            delayP50Ms = played.DelayP50Ms,
            delayP95Ms = played.DelayP95Ms,
            delayMaxMs = played.DelayMaxMs,
            latencyMs = Behind(media),
            relaysUsed = media.RelaysUsed.Select(relay => relay.ToString()).ToArray(),
            bannedRelays = media.Banned.Select(relay => relay.ToString()).ToArray(),
            ticketsSent = money.TicketsSent,
            bytesPaid = money.BytesPaid,
            usdcSigned = Money.FormatScaled(money.ValueScaled),
            usdcExpected = Money.FormatCost(money.CostTimes1E9),
        };
    }

    private long? Behind(SubscriptionStatistics media) => media.NewestTime == 0 ? null : time.GetUtcNow().ToUnixTimeMilliseconds() - (long)media.NewestTime;
}
