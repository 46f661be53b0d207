namespace ClusterCast.Media.Rtmp;

/// <summary>Bounds of what a peer may make us hold.</summary>
public static class RtmpLimits
{
    /// <summary>Largest message in bytes.</summary>
    public const int MaxMessageBytes = 4 << 20;

    /// <summary>Most bytes announced by messages that are not yet complete, over all chunk streams.</summary>
    public const int MaxPartialBytes = 8 << 20;

    /// <summary>Most chunk streams of one connection.</summary>
    public const int MaxChunkStreams = 64;

    /// <summary>Largest command or metadata message in bytes.</summary>
    public const int MaxCommandBytes = 64 << 10;
}
