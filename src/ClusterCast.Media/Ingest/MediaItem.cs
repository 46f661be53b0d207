namespace ClusterCast.Media.Ingest;

/// <summary>One thing that a publisher sent: <see cref="StreamMetadata"/>, <see cref="AvcConfig"/>, <see cref="AacConfig"/>
/// or <see cref="MediaSample"/>. Whoever takes an item out of a queue disposes of it.</summary>
public abstract class MediaItem : IDisposable
{
    /// <inheritdoc/>
    public virtual void Dispose() { }
}

/// <summary>What a publisher says of itself (<c>onMetaData</c>). Absent values are null; none is trusted.</summary>
public sealed class StreamMetadata : MediaItem
{
    /// <summary>Whether an audio codec is announced; null when nothing is said.</summary>
    public bool? HasAudio { get; init; }

    /// <summary>Frames per second, 1 to 240.</summary>
    public double? FrameRate { get; init; }

    /// <summary>Name of the encoding program, at most 128 characters.</summary>
    public string? Encoder { get; init; }
}
