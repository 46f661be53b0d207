namespace ClusterCast.Media.Segmenting;

/// <summary>Counts audio samples, so that frames join without gaps although RTMP rounds their times to 1 ms. When the count and the
/// timestamps are 50 ms apart, the timestamps win: a gap is left, or frames are dropped.</summary>
internal sealed class AudioClock(int sampleRate)
{
    private long? _next;

    /// <summary>Decoding time of the frame in samples, or null when it must be dropped since its time is already filled.</summary>
    public long? Next(long ms, int samples)
    {
        var stamp = ms * sampleRate / 1000;
        var tolerance = sampleRate / 20;
        var time = _next is { } expected && Math.Abs(stamp - expected) <= tolerance ? expected : stamp;
        if (time < 0 || time < _next) return null;
        _next = time + samples;
        return time;
    }
}
