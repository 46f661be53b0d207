using System.Buffers.Binary;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>The datagram that opens a NAT: a byte that no QUIC packet begins with, and the token of the attempt.</summary>
internal static class PunchPacket
{
    /// <summary>Its length.</summary>
    public const int Bytes = 9;

    /// <summary>Writes one.</summary>
    public static byte[] Create(ulong token)
    {
        var bytes = new byte[Bytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1), token);
        return bytes;
    }

    /// <summary>The token; null when it is something else.</summary>
    public static ulong? Token(ReadOnlySpan<byte> datagram) =>
        datagram.Length == Bytes && datagram[0] == 0 ? BinaryPrimitives.ReadUInt64BigEndian(datagram[1..]) : null;
}
