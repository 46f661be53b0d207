using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Flv;

/// <summary>Writes an FLV file: header and tags (Adobe FLV 10.1, E.2 to E.4.1).</summary>
internal static class FlvWriter
{
    private const int TagHeader = 11;

    /// <summary>Begins a file with a picture, and with sound when it says so: a reader waits for what is announced.</summary>
    public static void Header(IBufferWriter<byte> to, bool hasSound) => to.Write<byte>([.. "FLV"u8, 1, (byte)(hasSound ? 0b101 : 0b001), 0, 0, 0, 9, 0, 0, 0, 0]);

    public static void Tag(IBufferWriter<byte> to, RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body)
    {
        var header = to.GetSpan(TagHeader);
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)type << 24 | (uint)body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], timestamp << 8 | timestamp >> 24); // the high byte stands last
        header[8..TagHeader].Clear();
        to.Advance(TagHeader);
        to.Write(body);
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(4), TagHeader + body.Length);
        to.Advance(4);
    }
}
