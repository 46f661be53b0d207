using System.Runtime.CompilerServices;

namespace ClusterCast.Mesh.Transports.Quic.Native;

/// <summary>Reference-counted native memory, by its <c>ccq_slab</c>.</summary>
internal static unsafe class Slab
{
    /// <summary>A slab with a copy of the bytes; 0 when there is no memory.</summary>
    public static nint Of(ReadOnlySpan<byte> bytes)
    {
        var slab = QuicNative.SlabNew((nuint)bytes.Length);
        if (slab != 0)
        {
            bytes.CopyTo(Bytes(slab, 0, bytes.Length));
        }

        return slab;
    }

    /// <summary>Its bytes.</summary>
    public static Span<byte> Bytes(nint slab, int offset, int length) => new((byte*)QuicNative.SlabData(slab) + offset, length);

    /// <summary>What it begins with.</summary>
    public static ref T Header<T>(nint slab)
        where T : unmanaged => ref Unsafe.AsRef<T>(QuicNative.SlabData(slab));

    /// <summary>Drops a reference; 0 has none.</summary>
    public static void Release(nint slab)
    {
        if (slab != 0)
        {
            QuicNative.SlabRelease(slab);
        }
    }
}
