namespace ClusterCast.Load;

/// <summary>
/// A player without a picture: it starts a buffer's length after its first part and plays at the pace of the capture times. A part that is not there when its turn
/// comes is a stall, and playing goes on from there.
/// </summary>
internal sealed class PlayoutClock(double bufferMs)
{
    private double _offset = double.NaN;

    /// <summary>Times that the picture stood still.</summary>
    public int Stalls { get; private set; }

    /// <summary>A part is complete.</summary>
    /// <param name="nowMs">The time.</param>
    /// <param name="captureMs">Its capture time, of the same or of any other clock.</param>
    public void Arrived(double nowMs, double captureMs)
    {
        if (double.IsNaN(_offset))
        {
            _offset = nowMs - captureMs + bufferMs;
        }
        else if (nowMs > captureMs + _offset)
        {
            Stalls++;
            _offset = nowMs - captureMs + bufferMs;
        }
    }

    /// <summary>Stalls counted from now on.</summary>
    public void Restart() => Stalls = 0;
}
