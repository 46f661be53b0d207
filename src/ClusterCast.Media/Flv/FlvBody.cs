using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Flv;

/// <summary>Writes the bodies of FLV video and audio tags (Adobe FLV 10.1, E.4.2 and E.4.3).</summary>
internal static class FlvBody
{
    private const byte AacHeader = FlvCodecs.Aac << 4 | 0xF; // by E.4.2.1 AAC always says 44 kHz, 16 bit, stereo

    public static byte[] Sequence(AvcConfig config) => [0x10 | FlvCodecs.Avc, 0, 0, 0, 0, .. config.Record.Span];

    public static byte[] Sequence(AacConfig config) => [AacHeader, 0, .. config.Config.Span];

    /// <summary>The sample as a body in pooled bytes, which the caller owns.</summary>
    public static PooledBytes Write(MediaSample sample)
    {
        var data = sample.Data.Span;
        if (sample.Kind == MediaKind.Audio)
        {
            var sound = PooledBytes.Rent(2 + data.Length);
            (sound.Memory.Span[0], sound.Memory.Span[1]) = (AacHeader, 1);
            data.CopyTo(sound.Memory.Span[2..]);
            return sound;
        }
        var picture = PooledBytes.Rent(5 + data.Length);
        var body = picture.Memory.Span;
        body[0] = (byte)((sample.IsIdr ? 0x10 : 0x20) | FlvCodecs.Avc);
        body[1] = 1;
        (body[2], body[3], body[4]) = ((byte)(sample.CompositionMs >> 16), (byte)(sample.CompositionMs >> 8), (byte)sample.CompositionMs);
        data.CopyTo(body[5..]);
        return picture;
    }
}
