using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>native/dht/dht.h, which says who owns what.</summary>
internal static unsafe partial class DhtNative
{
    public const int IdSize = 20;
    public const int PeerSize = 18;
    public const int TooSmall = -1;

    private const string Library = "clustercast_dht";

    [Flags]
    public enum Flags : uint
    {
        None = 0,
        Local = 1,
        MapPorts = 2,
        ReadOnly = 4,
        Learn = 8,
        MappingOnly = 16,
    }

    public enum EventType
    {
        Listening = 1,
        Bootstrapped = 2,
        Peers = 3,
        Statistics = 4,
        Mapped = 5,
        MappingFailed = 6,
        ExternalAddress = 7,
        ListenFailed = 8,
        Error = 9,
        Dropped = 10,
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Event
    {
        public EventType Type;
        public int Code;
        public int Handle;
        public TopicBytes Topic;
        public uint Offset;
        public uint Length;
    }

    [InlineArray(IdSize)]
    public struct TopicBytes
    {
        private byte _first;
    }

    [LibraryImport(Library, EntryPoint = "cc_dht_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial Handle Open(string listen, string bootstrap, byte* state, nuint stateLength, Flags flags, byte* error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "cc_dht_close")]
    public static partial void CloseAll(nint* nodes, int count);

    [LibraryImport(Library, EntryPoint = "cc_dht_add_node", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddNode(Handle node, string address, int port);

    [LibraryImport(Library, EntryPoint = "cc_dht_warm")]
    public static partial int Warm(Handle node);

    [LibraryImport(Library, EntryPoint = "cc_dht_announce")]
    public static partial int Announce(Handle node, byte* topic, int port);

    [LibraryImport(Library, EntryPoint = "cc_dht_find")]
    public static partial int Find(Handle node, byte* topic);

    [LibraryImport(Library, EntryPoint = "cc_dht_request_statistics")]
    public static partial int RequestStatistics(Handle node);

    [LibraryImport(Library, EntryPoint = "cc_dht_node_ids")]
    public static partial int NodeIds(Handle node, byte* ids, int max);

    [LibraryImport(Library, EntryPoint = "cc_dht_save")]
    public static partial int Save(Handle node, byte* buffer, nuint capacity);

    [LibraryImport(Library, EntryPoint = "cc_dht_map_port")]
    public static partial int MapPort(Handle node, int udp, int externalPort, int localPort, int* handles, int max);

    [LibraryImport(Library, EntryPoint = "cc_dht_unmap_port")]
    public static partial int UnmapPort(Handle node, int handle);

    [LibraryImport(Library, EntryPoint = "cc_dht_poll")]
    public static partial int Poll(Handle node, Event* events, int max, byte* buffer, nuint capacity, int timeoutMs);

    /// <summary>An open node. Released when the last call on it has returned.</summary>
    public sealed class Handle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            fixed (nint* node = &handle)
            {
                CloseAll(node, 1);
            }

            return true;
        }
    }
}
