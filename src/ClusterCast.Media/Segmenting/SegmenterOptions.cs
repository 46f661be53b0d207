namespace ClusterCast.Media.Segmenting;

/// <summary>Lengths and bounds of parts and segments. The defaults are the `live` profile.</summary>
public sealed record SegmenterOptions
{
    /// <summary>The `mesh` profile: every frame is a part.</summary>
    public static SegmenterOptions Mesh { get; } = new() { PartDuration = TimeSpan.Zero };

    /// <summary>Longest part; a part holds one frame at least.</summary>
    public TimeSpan PartDuration { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A segment ends at the first IDR frame at or after this time, less half a frame.</summary>
    public TimeSpan SegmentDuration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A source without an IDR frame for this long is refused.</summary>
    public TimeSpan LongestSegment { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Largest part in bytes: 256 leaves of 16 KiB.</summary>
    public int MaxPartBytes { get; init; } = 256 * 16 * 1024;

    /// <summary>Most parts in a segment.</summary>
    public int MaxPartsPerSegment { get; init; } = 256;

    /// <summary>Largest segment in bytes.</summary>
    public long MaxSegmentBytes { get; init; } = 32L << 20;
}
