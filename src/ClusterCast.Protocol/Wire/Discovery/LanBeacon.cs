using System.Buffers;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>What a beacon says.</summary>
public enum LanBeaconKind : byte
{
    /// <summary>A relay is here.</summary>
    Here = 1,

    /// <summary>A node asks which relays are here.</summary>
    Ask = 2,
}

/// <summary>
/// A datagram by which nodes find each other on a LAN (spec/discovery.md). It is no frame. The address is the datagram's source, and nothing needs a signature:
/// the node proves its id when it is dialed.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="ChainId">EIP-155 chain id of the deployment.</param>
/// <param name="RelayStaking">The contract that names the deployment.</param>
/// <param name="Node">The sender's node id.</param>
/// <param name="Port">Where the sender answers other nodes; 0 for one that only asks.</param>
public readonly record struct LanBeacon(LanBeaconKind Kind, ulong ChainId, Address RelayStaking, Address Node, ushort Port)
{
    /// <summary>Bytes of a beacon.</summary>
    public const int Size = 4 + 1 + 1 + 8 + Address.Size + Address.Size + 2;

    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "CCLB"u8;

    /// <summary>The bytes of the datagram.</summary>
    public byte[] Encode()
    {
        var bytes = new ArrayBufferWriter<byte>(Size);
        new BodyWriter(bytes).Raw(Magic).U8(Version).U8((byte)Kind).U64(ChainId).Address(RelayStaking).Address(Node).U16(Port);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads a datagram; false for anything else than a beacon of this version.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out LanBeacon beacon)
    {
        beacon = default;
        if (datagram.Length != Size || !datagram.StartsWith(Magic) || datagram[4] != Version || datagram[5] is not ((byte)LanBeaconKind.Here or (byte)LanBeaconKind.Ask))
        {
            return false;
        }

        var reader = new BodyReader(datagram[5..]);
        beacon = new LanBeacon((LanBeaconKind)reader.U8(), reader.U64(), reader.Address(), reader.Address(), reader.U16());
        return beacon.Kind == LanBeaconKind.Ask || beacon.Port != 0;
    }
}
