using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Egress.Feed;

/// <summary>One FLV tag body that all destinations of a feed share. Whoever holds it counts; the last to release lets the bytes go.</summary>
internal sealed class SharedTag(RtmpMessageType type, PooledBytes body, StreamHeaders headers, long timeMs, bool isIdr, long publishedAt)
{
    private int _holders = 1;

    /// <summary>Audio or video.</summary>
    public RtmpMessageType Type => type;

    /// <summary>The body; valid while held.</summary>
    public ReadOnlySpan<byte> Body => body.Memory.Span;

    /// <summary>Bytes of the body.</summary>
    public int Length => body.Length;

    /// <summary>What a decoder must know to decode it.</summary>
    public StreamHeaders Headers => headers;

    /// <summary>Decoding time on the feed's line, in ms.</summary>
    public long TimeMs => timeMs;

    /// <summary>A picture from which decoding can start.</summary>
    public bool IsIdr => isIdr;

    /// <summary>A picture.</summary>
    public bool IsVideo => type == RtmpMessageType.Video;

    /// <summary>When it was published, a timestamp of the feed's clock.</summary>
    public long PublishedAt => publishedAt;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) body.Dispose();
    }
}
