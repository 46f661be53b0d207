using System.Runtime.InteropServices;

namespace ClusterCast.Mesh.Transports.Quic.Native;

/// <summary>The functions of <c>native/quic/clustercast_quic.h</c>, which says who owns what.</summary>
internal static unsafe partial class QuicNative
{
    private const string Library = "clustercast_quic";

    /// <summary>Whether the library is there.</summary>
    public static bool IsThere { get; } = NativeLibrary.TryLoad(Library, typeof(QuicNative).Assembly, null, out _);

    [LibraryImport(Library, EntryPoint = "ccq_open")]
    public static partial int Open(in NativeConfig config, out nint context);

    [LibraryImport(Library, EntryPoint = "ccq_local")]
    public static partial void Local(nint context, out NativeAddress address);

    [LibraryImport(Library, EntryPoint = "ccq_identity_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint IdentityNew(byte* certificate, nuint certificateLength, byte* key, nuint keyLength, string alpn, uint flags, out int error);

    [LibraryImport(Library, EntryPoint = "ccq_identity_release")]
    public static partial void IdentityRelease(nint identity);

    [LibraryImport(Library, EntryPoint = "ccq_error_text")]
    public static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "ccq_serve")]
    public static partial int Serve(nint context, nint identity);

    [LibraryImport(Library, EntryPoint = "ccq_connect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ulong Connect(nint context, in NativeAddress to, nint identity, string serverName);

    [LibraryImport(Library, EntryPoint = "ccq_submit")]
    public static partial int Submit(nint context, NativeCommand* commands, nuint count);

    [LibraryImport(Library, EntryPoint = "ccq_poll")]
    public static partial int Poll(nint context, NativeEvent* events, nuint max, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "ccq_slab_new")]
    public static partial nint SlabNew(nuint size);

    [LibraryImport(Library, EntryPoint = "ccq_slab_data")]
    [SuppressGCTransition]
    public static partial void* SlabData(nint slab);

    [LibraryImport(Library, EntryPoint = "ccq_slab_retain")]
    [SuppressGCTransition]
    public static partial void SlabRetain(nint slab);

    [LibraryImport(Library, EntryPoint = "ccq_slab_release")]
    public static partial void SlabRelease(nint slab);

    [LibraryImport(Library, EntryPoint = "ccq_slabs")]
    public static partial long Slabs();

    [LibraryImport(Library, EntryPoint = "ccq_get_stats")]
    public static partial void GetStats(nint context, out QuicEndpointStatistics stats);

    [LibraryImport(Library, EntryPoint = "ccq_stop")]
    public static partial void Stop(nint context);

    [LibraryImport(Library, EntryPoint = "ccq_free")]
    public static partial void Free(nint context);
}
