namespace ClusterCast.Media.Ingest;

/// <summary>Which of the two kinds of media a sample is.</summary>
public enum MediaKind
{
    /// <summary>H.264.</summary>
    Video,
    /// <summary>AAC.</summary>
    Audio,
}

/// <summary>One coded picture (length-prefixed NAL units) or one AAC frame, as it arrived.</summary>
public sealed class MediaSample : MediaItem
{
    private readonly PooledBytes _owner;
    private readonly int _offset;

    /// <summary>Takes over <paramref name="owner"/>; the sample's bytes begin at <paramref name="offset"/>.</summary>
    public MediaSample(MediaKind kind, PooledBytes owner, int offset, uint dtsMs, int compositionMs, bool isIdr, long arrivalMs)
    {
        (Kind, _owner, _offset) = (kind, owner, offset);
        (DtsMs, CompositionMs, IsIdr, ArrivalMs) = (dtsMs, compositionMs, isIdr, arrivalMs);
    }

    /// <summary>Video or audio.</summary>
    public MediaKind Kind { get; }

    /// <summary>Decoding time by the publisher's clock in ms; wraps at 2^32 (RTMP timestamp).</summary>
    public uint DtsMs { get; }

    /// <summary>Presentation time less decoding time in ms.</summary>
    public int CompositionMs { get; }

    /// <summary>A picture from which decoding can start.</summary>
    public bool IsIdr { get; }

    /// <summary>When the last byte of the sample arrived, Unix ms by our clock.</summary>
    public long ArrivalMs { get; }

    /// <summary>The coded bytes; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Data => _owner.Memory[_offset..];

    /// <inheritdoc/>
    public override void Dispose() => _owner.Dispose();
}
