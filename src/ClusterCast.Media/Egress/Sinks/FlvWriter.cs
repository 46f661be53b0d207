using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Egress.Sinks;

/// <summary>Writes an FLV file: header and tags (Adobe FLV 10.1, E.2 to E.4.1).</summary>
internal static class FlvWriter
{
    private const int TagHeader = 11;

    public static void Header(IBufferWriter<byte> to) => to.Write<byte>([.. "FLV"u8, 1, 0b101, 0, 0, 0, 9, 0, 0, 0, 0]);

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
