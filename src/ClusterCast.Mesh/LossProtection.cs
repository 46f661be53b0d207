namespace ClusterCast.Mesh;

/// <summary>When media comes over a lane (spec/lane.md), which repairs losses without a round trip for some more bytes.</summary>
public enum LossProtection
{
    /// <summary>For tracks whose parts are less than 50 ms long, where the transport has datagrams.</summary>
    Auto,

    /// <summary>For all tracks, where the transport has datagrams.</summary>
    On,

    /// <summary>Never, in neither direction.</summary>
    Off,
}
