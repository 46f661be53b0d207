namespace ClusterCast.Media.Egress.Delivery;

/// <summary>Bytes, and time that writes waited, over the last second, in tenths. Written by the destination's task, read by anybody.</summary>
internal sealed class TrafficMeter(TimeProvider time)
{
    private const int Slots = 10;
    private const long SlotTicks = TimeSpan.TicksPerSecond / Slots;
    private readonly Lock _lock = new();
    private readonly long[] _bytes = new long[Slots];
    private readonly long[] _blocked = new long[Slots];
    private readonly long _start = time.GetTimestamp();
    private long _slot;
    private long? _writingSince;
    private long _settled;

    /// <summary>How long the write that is under way has waited; zero when none is.</summary>
    public TimeSpan Blocked
    {
        get
        {
            lock (_lock) return _writingSince is { } since ? TimeSpan.FromTicks(Now() - since) : TimeSpan.Zero;
        }
    }

    /// <summary>A write begins.</summary>
    public void Begin()
    {
        lock (_lock) _writingSince = _settled = Now();
    }

    /// <summary>The write has ended, or was given up.</summary>
    public void End(long bytes)
    {
        lock (_lock)
        {
            Settle();
            _writingSince = null;
            _bytes[_slot % Slots] += bytes;
        }
    }

    /// <summary>Share of the last second that writes waited, and Mbit/s.</summary>
    public (double BlockedShare, double Mbps) Read()
    {
        lock (_lock)
        {
            Settle();
            return (Math.Min((double)_blocked.Sum() / TimeSpan.TicksPerSecond, 1), _bytes.Sum() * 8 / 1e6);
        }
    }

    private long Now() => time.GetElapsedTime(_start).Ticks;

    /// <summary>Moves to the present slot and spreads the waiting time of a write under way over the slots that it covered.</summary>
    private void Settle()
    {
        var now = Now();
        var present = now / SlotTicks;
        for (var slot = Math.Max(_slot + 1, present - Slots + 1); slot <= present; slot++) (_bytes[slot % Slots], _blocked[slot % Slots]) = (0, 0);
        _slot = present;
        if (_writingSince is null) return;
        for (var from = Math.Max(_settled, (present - Slots + 1) * SlotTicks); from < now;)
        {
            var slot = from / SlotTicks;
            var to = Math.Min((slot + 1) * SlotTicks, now);
            _blocked[slot % Slots] += to - from;
            from = to;
        }
        _settled = now;
    }
}
