using System.Diagnostics;

namespace ClusterCast.Load;

/// <summary>What all subscribers have received together. Thread-safe.</summary>
internal sealed class Tally
{
    /// <summary>What a player holds before it starts, ms; the page's own buffer is as long.</summary>
    public const double BufferMs = 700;

    private readonly double _startedMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _bytes;
    private long _leaves;

    /// <summary>Unix ms, with fractions.</summary>
    public double NowMs => _startedMs + Stopwatch.GetElapsedTime(_started).TotalMilliseconds;

    /// <summary>Leaf bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Leaves.</summary>
    public long Leaves => Interlocked.Read(ref _leaves);

    /// <summary>From capture to the last byte of a part.</summary>
    public Histogram Delays { get; } = new();

    /// <summary>A leaf came.</summary>
    public void Leaf(int bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Increment(ref _leaves);
    }

    /// <summary>A part is complete.</summary>
    public void Part(double delayMs) => Delays.Add(delayMs);
}
