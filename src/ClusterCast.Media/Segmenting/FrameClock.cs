namespace ClusterCast.Media.Segmenting;

/// <summary>Knows how long a frame lasts and gives frames exact times: RTMP rounds to 1 ms, and players like equal durations.</summary>
internal sealed class FrameClock
{
    private const long TicksPerMs = 90;
    private const double Smoothing = 1 / 16.0;
    private double _measuredTicks;
    private int _steps;
    private long? _lastMs;
    private long _lastTicks;

    /// <summary>Frames per second as the publisher says; used when the measured rate agrees within 10 %.</summary>
    public double? AnnouncedRate { get; set; }

    /// <summary>Ticks (1/90,000 s) that a frame lasts.</summary>
    public long FrameTicks
    {
        get
        {
            var announced = AnnouncedRate is { } rate ? 90_000 / rate : 3000;
            if (_steps == 0) return (long)announced;
            return (long)Math.Round(AnnouncedRate is not null && Math.Abs(_measuredTicks - announced) < announced / 10 ? announced : _measuredTicks);
        }
    }

    /// <summary>Exact decoding time of the frame whose rounded time this is. Rises with every call if <paramref name="ms"/> does.</summary>
    public long Next(long ms)
    {
        var ticks = ms * TicksPerMs;
        if (_lastMs is { } last)
        {
            if (ms - last < 500)
            {
                var step = (ms - last) * TicksPerMs;
                _measuredTicks = _steps == 0 ? step : _measuredTicks + (step - _measuredTicks) * Math.Max(Smoothing, 1.0 / (_steps + 1));
                _steps = Math.Min(_steps + 1, 1000);
            }
            var ideal = _lastTicks + FrameTicks;
            if (Math.Abs(ideal - ticks) <= TicksPerMs) ticks = ideal;
            ticks = Math.Max(ticks, _lastTicks + 1);
        }
        (_lastMs, _lastTicks) = (ms, ticks);
        return ticks;
    }
}
