namespace ClusterCast.Media.Hls;

/// <summary>A complete HLS media segment: the joined parts of one segment.</summary>
/// <param name="Number">Media sequence number, from 1.</param>
/// <param name="Init">Number of its init segment.</param>
/// <param name="Duration">Length of its video.</param>
/// <param name="Discontinuity">It needs another init segment than the segment before, or its time does not join.</param>
/// <param name="Bytes">The parts.</param>
public sealed record HlsSegment(long Number, long Init, TimeSpan Duration, bool Discontinuity, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>File name in the playlist.</summary>
    public string Name => $"segment-{Number}.m4s";

    /// <summary>File name of the init segment.</summary>
    public string InitName => $"init-{Init}.mp4";
}
