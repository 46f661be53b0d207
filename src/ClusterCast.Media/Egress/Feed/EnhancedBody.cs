using System.Buffers.Binary;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Egress.Feed;

/// <summary>Writes the bodies of video tags whose codec FLV has no number for (enhanced RTMP v1: a four character code stands in place of the number).</summary>
internal static class EnhancedBody
{
    private const byte Extended = 0x80, Key = 0x10, Inter = 0x20;
    private const byte SequenceStart = 0, CodedFrames = 1, CodedFramesX = 3;
    private const int Header = 5;

    /// <summary>The code as text, for the list of codes in connect.</summary>
    public static string? FourCc(VideoCodec codec) => codec switch { VideoCodec.Hevc => "hvc1", VideoCodec.Av1 => "av01", _ => null };

    /// <summary>The code as a number, as <c>onMetaData</c> carries it.</summary>
    public static double CodecId(VideoCodec codec) => codec == VideoCodec.Hevc ? 0x68766331 : 0x61763031;

    public static byte[] Sequence(EnhancedConfig config)
    {
        var body = new byte[Header + config.Record.Length];
        Begin(body, Key | SequenceStart, config.Codec);
        config.Record.Span.CopyTo(body.AsSpan(Header));
        return body;
    }

    /// <summary>The sample as a body in pooled bytes, which the caller owns. Only HEVC has a composition time, and leaves out one that is zero.</summary>
    public static PooledBytes Write(MediaSample sample, VideoCodec codec)
    {
        var composed = codec == VideoCodec.Hevc && sample.CompositionMs != 0;
        var start = Header + (composed ? 3 : 0);
        var picture = PooledBytes.Rent(start + sample.Data.Length);
        var body = picture.Memory.Span;
        var packet = codec == VideoCodec.Hevc && !composed ? CodedFramesX : CodedFrames;
        Begin(body, (byte)((sample.IsIdr ? Key : Inter) | packet), codec);
        if (composed) (body[5], body[6], body[7]) = ((byte)(sample.CompositionMs >> 16), (byte)(sample.CompositionMs >> 8), (byte)sample.CompositionMs);
        sample.Data.Span.CopyTo(body[start..]);
        return picture;
    }

    private static void Begin(Span<byte> body, byte kind, VideoCodec codec)
    {
        body[0] = (byte)(Extended | kind);
        BinaryPrimitives.WriteUInt32BigEndian(body[1..], (uint)CodecId(codec));
    }
}
