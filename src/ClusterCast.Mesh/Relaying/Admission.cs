namespace ClusterCast.Mesh.Relaying;

/// <summary>
/// Decides whether one more subscription can be served without harm to those that are: by their number, by the bits per second that are promised or sent, and by
/// how late the sending is. Thread-safe.
/// </summary>
internal sealed class Admission(int mostSubscribers, long? maxEgress, TimeSpan maxSendDelay)
{
    private static readonly TimeSpan Smoothing = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private int _count;
    private double _promised;
    private double _sent;
    private double _delayMs;

    /// <summary>Subscriptions served now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How full the node is, 0 to 100.</summary>
    public int LoadPercent
    {
        get
        {
            lock (_gate)
            {
                var places = (double)_count / Math.Max(mostSubscribers, 1);
                var egress = maxEgress is { } most ? Math.Max(_promised, _sent) / most : 0;
                return (int)(100 * Math.Clamp(Math.Max(places, Math.Max(egress, Lateness)), 0, 1));
            }
        }
    }

    private double Lateness => _delayMs / maxSendDelay.TotalMilliseconds;

    /// <summary>Takes a place for a track of so many bits per second; false, and why, when there is none.</summary>
    public bool TryEnter(long bitsPerSecond, out string reason)
    {
        lock (_gate)
        {
            reason = _count >= mostSubscribers ? "No place is left here."
                : maxEgress is { } most && Math.Max(_promised, _sent) + bitsPerSecond > most ? "No more can be sent from here."
                : Lateness >= 1 ? "This relay is too busy for more."
                : "";
            if (reason.Length > 0)
            {
                return false;
            }

            _count++;
            _promised += bitsPerSecond;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(long bitsPerSecond)
    {
        lock (_gate)
        {
            _count--;
            _promised -= bitsPerSecond;
        }
    }

    /// <summary>What was measured since the last time.</summary>
    /// <param name="bytes">Bytes sent.</param>
    /// <param name="delay">How long what is to be sent waits for the processor.</param>
    /// <param name="span">Since the last time.</param>
    public void Observe(long bytes, TimeSpan delay, TimeSpan span)
    {
        if (span <= TimeSpan.Zero)
        {
            return;
        }

        lock (_gate)
        {
            var weight = Math.Min(1, span / Smoothing);
            _sent += weight * ((8 * bytes / span.TotalSeconds) - _sent);
            _delayMs += weight * (delay.TotalMilliseconds - _delayMs);
        }
    }
}
