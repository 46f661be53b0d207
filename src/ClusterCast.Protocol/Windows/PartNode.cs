using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Windows;

/// <summary>Properties of a part that its node commits to.</summary>
[Flags]
public enum PartFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>The part begins with an IDR frame.</summary>
    StartsWithIdr = 1,
}

/// <summary>A part as the window tree sees it.</summary>
/// <param name="Index">Place in the window, from 0.</param>
/// <param name="ByteLength">Bytes, 1 to <see cref="WindowLimits.PartBytes"/>.</param>
/// <param name="Time">Capture time of the first frame, Unix ms.</param>
/// <param name="Flags">Properties.</param>
/// <param name="LeavesRoot">RFC 6962 root over the leaf hashes.</param>
public readonly record struct PartNode(ushort Index, uint ByteLength, ulong Time, PartFlags Flags, Hash32 LeavesRoot)
{
    /// <summary>Leaves of the part.</summary>
    public ushort LeafCount => (ushort)WindowLimits.LeafCount((int)ByteLength);
}
