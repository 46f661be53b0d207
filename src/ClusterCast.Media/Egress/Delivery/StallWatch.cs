namespace ClusterCast.Media.Egress.Delivery;

/// <summary>Tells a connection that is still open but takes nothing: a write that waits too long, or acknowledgements that stand still while we send.</summary>
internal sealed class StallWatch(TimeSpan limit, TimeProvider time)
{
    /// <summary>Bytes that may be unacknowledged at any rate: servers acknowledge rarely, each as it likes.</summary>
    private const long Allowance = 4 << 20;

    private long _acknowledged = -1;
    private long _acknowledgedAt;
    private long _largestStep;

    /// <summary>The failure if the connection stalls.</summary>
    public MediaException? Check(string destination, TimeSpan blocked, long sent, long? acknowledged)
    {
        if (blocked >= limit) return Stalled(destination, $"it takes no byte since {blocked.TotalSeconds:0} s");
        if (acknowledged is not { } count) return null;
        if (count != _acknowledged)
        {
            if (_acknowledged >= 0) _largestStep = Math.Max(_largestStep, count - _acknowledged);
            (_acknowledged, _acknowledgedAt) = (count, time.GetTimestamp());
            return null;
        }
        // One acknowledgement says nothing of the rhythm; two do.
        if (_largestStep == 0 || sent - count < Math.Max(4 * _largestStep, Allowance)) return null;
        var still = time.GetElapsedTime(_acknowledgedAt);
        return still >= limit ? Stalled(destination, $"it acknowledges nothing since {still.TotalSeconds:0} s") : null;
    }

    private static MediaException Stalled(string destination, string what) =>
        new(MediaFault.Stalled, $"The destination {destination} stalls: {what}; check the network between, or lower the bitrate.");
}
