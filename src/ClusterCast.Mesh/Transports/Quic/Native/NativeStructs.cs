using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClusterCast.Mesh.Transports.Quic.Native;

/// <summary><c>ccq_address</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeAddress
{
    public fixed byte Ip[16];
    public uint Scope;
    public ushort Port;
    public ushort Family;

    /// <summary>The native form of an address.</summary>
    public static NativeAddress From(IPEndPoint from)
    {
        var address = from.Address.IsIPv4MappedToIPv6 ? from.Address.MapToIPv4() : from.Address;
        var v4 = address.AddressFamily == AddressFamily.InterNetwork;
        var native = new NativeAddress { Port = (ushort)from.Port, Family = (ushort)(v4 ? 4 : 6), Scope = v4 ? 0 : (uint)address.ScopeId };
        address.TryWriteBytes(new Span<byte>(native.Ip, 16), out _);
        return native;
    }

    /// <summary>The managed form.</summary>
    public IPEndPoint ToEndPoint()
    {
        fixed (byte* ip = Ip)
        {
            return new IPEndPoint(Family == 4 ? new IPAddress(new ReadOnlySpan<byte>(ip, 4)) : new IPAddress(new ReadOnlySpan<byte>(ip, 16), Scope), Port);
        }
    }
}

/// <summary><c>ccq_config</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeConfig
{
    public uint Size;
    public uint Flags;
    public NativeAddress Local;
    public uint Congestion;
    public uint MaxUdpPayload;
    public uint IdleTimeoutMs;
    public uint HandshakeTimeoutMs;
    public uint KeepAliveMs;
    public uint StreamWindow;
    public uint ConnectionWindow;
    public uint MaxBidirectional;
    public uint MaxUnidirectional;
    public uint LowWater;
    public uint MaxConnections;
    public uint RetryAbove;
    public uint MaxHandshakes;
    public uint AddressRate;
    public uint AddressBurst;
    public uint AckEvery;
    public int Cpu;
    public fixed byte Secret[32];
}

/// <summary><c>ccq_command</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeCommand
{
    public CommandKind Op;
    public CommandFlags Flags;
    public ulong Connection;
    public long Stream;
    public ulong Value;
    public nint Slab;
    public uint Offset;
    public uint Length;
}

/// <summary><c>ccq_event</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeEvent
{
    public EventKind Type;
    public uint Flags;
    public ulong Connection;
    public long Stream;
    public ulong Value;
    public nint Slab;
    public uint Offset;
    public uint Length;

    /// <summary>The bytes that the event names.</summary>
    public readonly ReadOnlySpan<byte> Bytes => Slab == 0 ? default : Native.Slab.Bytes(Slab, (int)Offset, (int)Length);
}

/// <summary><c>ccq_peer</c>; the certificate follows it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativePeer
{
    public QuicConnectionStatistics Figures;
    public NativeAddress Remote;
    public AlpnBytes Alpn;
    public uint AlpnLength;
    public uint CertificateLength;
}

/// <summary>Room for an ALPN.</summary>
[InlineArray(32)]
internal struct AlpnBytes
{
    private byte _first;
}

/// <summary>What a command does.</summary>
internal enum CommandKind : uint
{
    Open = 1,
    Write,
    Reset,
    Stop,
    Consume,
    Release,
    Prioritize,
    Datagram,
    Close,
    UpdateKey,
    Raw,
}

/// <summary>Flags of a command.</summary>
[Flags]
internal enum CommandFlags : uint
{
    None = 0,
    Fin = 1,
    Unidirectional = 2,
    Notify = 4,
    Transport = 8,
}

/// <summary>What an event tells.</summary>
internal enum EventKind : uint
{
    Connected = 1,
    Closed,
    Opened,
    PeerOpened,
    Data,
    PeerReset,
    PeerStopped,
    StreamClosed,
    Writable,
    Datagram,
    Migrated,
    Raw,
}
