using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Encoding.Flv;

/// <summary>Writes the video of an FLV file (Adobe FLV 10.1, annex E) for a program's standard input.</summary>
internal static class FlvWriter
{
    private const int TagHeader = 11;
    private const int AvcHeader = 5;

    /// <summary>The file header and what is known of the stream.</summary>
    public static void Begin(IBufferWriter<byte> to, double frameRate)
    {
        to.Write("FLV\u0001\u0001\0\0\0\u0009\0\0\0\0"u8); // version 1, video only, 9 bytes of header, no tag before
        var metadata = AmfWriter.ToBytes("onMetaData", new AmfObject { ["framerate"] = frameRate });
        Tag(to, RtmpMessageType.DataAmf0, 0, [], metadata);
    }

    /// <summary>A configuration, to be followed by its pictures.</summary>
    public static void Configuration(IBufferWriter<byte> to, AvcConfig config, uint timestamp) =>
        Tag(to, RtmpMessageType.Video, timestamp, [0x17, 0, 0, 0, 0], config.Record.Span);

    /// <summary>A picture with a time of its own.</summary>
    public static void Picture(IBufferWriter<byte> to, MediaSample sample, uint timestamp)
    {
        Span<byte> header = stackalloc byte[AvcHeader];
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)sample.CompositionMs & 0xFFFFFF);
        (header[0], header[1]) = (sample.IsIdr ? (byte)0x17 : (byte)0x27, 1);
        Tag(to, RtmpMessageType.Video, timestamp, header, sample.Data.Span);
    }

    private static void Tag(IBufferWriter<byte> to, RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> before, ReadOnlySpan<byte> body)
    {
        var length = before.Length + body.Length;
        var tag = to.GetSpan(TagHeader + length + 4);
        BinaryPrimitives.WriteUInt32BigEndian(tag, (uint)type << 24 | (uint)length);
        BinaryPrimitives.WriteUInt32BigEndian(tag[4..], timestamp << 8 | timestamp >> 24);
        tag.Slice(8, 3).Clear();
        before.CopyTo(tag[TagHeader..]);
        body.CopyTo(tag[(TagHeader + before.Length)..]);
        BinaryPrimitives.WriteUInt32BigEndian(tag[(TagHeader + length)..], (uint)(TagHeader + length));
        to.Advance(TagHeader + length + 4);
    }
}
