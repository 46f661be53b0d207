using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Tests.Support;

/// <summary>A clip that FFmpeg encoded, as the items that a publisher would send.</summary>
public static class EncodedClip
{
    public const string X264 = "-c:v libx264 -preset ultrafast -tune zerolatency -g 60 -keyint_min 60 -sc_threshold 0 -bf 0";

    /// <summary>Encodes a test picture and, if asked for, a tone.</summary>
    public static async Task<List<MediaItem>> ItemsAsync(
        double seconds, string video = X264, string size = "640x360", string rate = "30", string audio = "-ar 48000 -ac 2 -c:a aac -b:a 64k", string format = "yuv420p")
    {
        using var folder = new TempFolder();
        var sound = audio == "-an" ? "" : $"-f lavfi -i sine=f=440:r=48000:d={seconds} ";
        await Ffmpeg.RunAsync($"-f lavfi -i testsrc2=s={size}:r={rate}:d={seconds} {sound}{video} -pix_fmt {format} {audio} -f flv {{0}}", folder.File("clip.flv"));
        return Read(await File.ReadAllBytesAsync(folder.File("clip.flv")));
    }

    /// <summary>The items of an FLV file.</summary>
    public static List<MediaItem> Read(byte[] flv)
    {
        var (items, demuxer) = (new List<MediaItem>(), new FlvDemuxer());
        for (var at = 13; at + 11 < flv.Length;)
        {
            var length = flv[at + 1] << 16 | flv[at + 2] << 8 | flv[at + 3];
            var time = (uint)(flv[at + 4] << 16 | flv[at + 5] << 8 | flv[at + 6] | flv[at + 7] << 24);
            var message = new RtmpMessage(0, (RtmpMessageType)flv[at], 0, time, PooledBytes.Copy(flv.AsSpan(at + 11, length)));
            if (message.Type is RtmpMessageType.Video or RtmpMessageType.Audio && demuxer.Read(message, 0) is { } item) items.Add(item);
            at += 11 + length + 4;
        }
        return items;
    }

    public static IEnumerable<MediaSample> Pictures(this IEnumerable<MediaItem> items) => items.OfType<MediaSample>().Where(sample => sample.Kind == MediaKind.Video);

    public static IEnumerable<MediaSample> Sounds(this IEnumerable<MediaItem> items) => items.OfType<MediaSample>().Where(sample => sample.Kind == MediaKind.Audio);
}
