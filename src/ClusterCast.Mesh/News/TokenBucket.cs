namespace ClusterCast.Mesh.News;

/// <summary>Lets so many through a second, in bursts. Not thread-safe.</summary>
internal sealed class TokenBucket
{
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly double _burst;
    private double _tokens;
    private long _at;

    /// <summary>A full bucket.</summary>
    public TokenBucket(TimeProvider time, double perSecond, double burst)
    {
        _time = time;
        _perSecond = perSecond;
        _burst = _tokens = burst;
        _at = time.GetTimestamp();
    }

    /// <summary>Takes one token; false when there is none.</summary>
    public bool TryTake()
    {
        _tokens = Math.Min(_burst, _tokens + (_time.GetElapsedTime(_at).TotalSeconds * _perSecond));
        _at = _time.GetTimestamp();
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
