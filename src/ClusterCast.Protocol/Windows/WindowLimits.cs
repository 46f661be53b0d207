namespace ClusterCast.Protocol.Windows;

/// <summary>Bounds of the window tree (spec/window.md). Everything beyond them is refused before memory is spent.</summary>
public static class WindowLimits
{
    /// <summary>Bytes in a leaf; only the last leaf of a part may be shorter.</summary>
    public const int LeafBytes = 16_384;

    /// <summary>Leaves in a part.</summary>
    public const int LeavesPerPart = 256;

    /// <summary>Bytes in a part.</summary>
    public const int PartBytes = LeafBytes * LeavesPerPart;

    /// <summary>Parts in a window.</summary>
    public const int PartsPerWindow = 256;

    /// <summary>Bytes in a window.</summary>
    public const long WindowBytes = 32L * 1024 * 1024;

    /// <summary>Bytes in an init segment.</summary>
    public const int InitBytes = 65_000;

    /// <summary>Leaves of a part of so many bytes.</summary>
    public static int LeafCount(int byteLength) => (byteLength + LeafBytes - 1) / LeafBytes;

    /// <summary>Bytes of one leaf of a part.</summary>
    public static int LeafLength(int byteLength, int leaf) => Math.Min(LeafBytes, byteLength - (leaf * LeafBytes));
}
