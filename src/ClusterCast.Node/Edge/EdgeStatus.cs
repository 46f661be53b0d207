using ClusterCast.Payments;

namespace ClusterCast.Node.Edge;

/// <summary>What an edge says of itself. It holds no key: URLs are shown without their secrets.</summary>
internal static class EdgeStatus
{
    /// <summary>The edge as a whole, for <c>/api/status</c>.</summary>
    public static object Read(EdgeDesk desk, Purse purse) => new
    {
        role = "edge",
        encoder = desk.Floor.Encoder.Choice.ToString(),
        cores = desk.Floor.Capacity.Cores,
        busyCores = Math.Round(desk.Floor.Capacity.Busy, 2),
        streams = desk.Streams.Count,
        destinations = desk.Streams.Sum(stream => stream.Targets.Count),
        ticketsSent = purse.Statistics.Total.TicketsSent,
        usdcSigned = Money.FormatScaled(purse.Statistics.Total.ValueScaled),
    };

    /// <summary>One stream with its outputs and destinations.</summary>
    public static object Read(EdgeStream stream, TimeProvider time)
    {
        var media = stream.Subscription;
        return new
        {
            stream = stream.Plan.Stream.ToString(),
            state = media?.State.ToString() ?? "Searching",
            relay = media?.Relay?.ToString(),
            picture = stream.Source is { Picture: var picture } ? $"{picture.Width}x{picture.Height}@{picture.FrameRate:0.##}" : null,
            latencyMs = media is { NewestTime: > 0 } ? time.GetUtcNow().ToUnixTimeMilliseconds() - (long)media.NewestTime : (long?)null,
            partsDelivered = media?.PartsDelivered ?? 0,
            partsLost = media?.PartsLost ?? 0,
            verifiedBytes = media?.VerifiedBytes ?? 0,
            trouble = stream.Trouble,
            outputs = stream.Outputs.Select(output => new
            {
                profile = output.Profile.Name,
                shape = output.Shape?.ToString(),
                framesIn = output.Statistics?.FramesIn,
                framesOut = output.Statistics?.FramesOut,
                framesSkipped = output.Statistics?.FramesDropped,
                restarts = output.Statistics?.Restarts,
                delayMs = output.Statistics is { } figures ? Math.Round(figures.DelayMs, 1) : (double?)null,
            }).ToArray(),
            destinations = stream.Targets.Select(target =>
            {
                var status = target.Destination.Status();
                return new
                {
                    name = status.Name,
                    url = status.Url,
                    platform = target.Plan.Platform.Name,
                    profile = target.Output?.Profile.Name,
                    nextProfile = target.NextOutput?.Profile.Name,
                    state = status.State.ToString(),
                    since = status.Since,
                    retryAt = status.RetryAt,
                    attempts = status.Attempts,
                    losses = status.Losses,
                    sentFrames = status.SentFrames,
                    sentBytes = status.SentBytes,
                    droppedFrames = status.DroppedFrames,
                    missedFrames = status.MissedFrames,
                    queueBytes = status.QueueBytes,
                    blockedShare = Math.Round(status.Congestion.BlockedShare, 2),
                    queueAgeMs = (long)status.Congestion.QueueAge.TotalMilliseconds,
                    mbps = Math.Round(status.Congestion.Mbps, 2),
                    lastIncident = status.LastIncident,
                };
            }).ToArray(),
        };
    }
}
