namespace ClusterCast.Media.Encoding;

/// <summary>How long pictures take through an encoder, told by their times.</summary>
internal sealed class FrameDelays(TimeProvider time)
{
    private const int Remembered = 256;
    private const int Averaged = 64;
    private readonly (uint Ms, long At)[] _in = new (uint, long)[Remembered];
    private readonly double[] _delays = new double[Averaged];
    private readonly Lock _gate = new();
    private long _framesIn;
    private long _framesOut;
    private long _paired;

    public long FramesIn => Interlocked.Read(ref _framesIn);

    public long FramesOut => Interlocked.Read(ref _framesOut);

    /// <summary>Mean of the last 64 in ms.</summary>
    public double Recent
    {
        get
        {
            lock (_gate) return _paired == 0 ? 0 : _delays.AsSpan(0, (int)Math.Min(_paired, Averaged)).ToArray().Average();
        }
    }

    public void In(uint ms)
    {
        lock (_gate) _in[_framesIn++ % Remembered] = (ms, time.GetTimestamp());
    }

    public void Out(uint ms)
    {
        lock (_gate)
        {
            _framesOut++;
            for (var back = 1; back <= Math.Min(_framesIn, Remembered); back++)
            {
                var (known, at) = _in[(_framesIn - back) % Remembered];
                if (known != ms) continue;
                _delays[_paired++ % Averaged] = time.GetElapsedTime(at).TotalMilliseconds;
                return;
            }
        }
    }
}
