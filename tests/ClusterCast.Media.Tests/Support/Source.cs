using ClusterCast.Media.Egress;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Server;

namespace ClusterCast.Media.Tests.Support;

/// <summary>Made-up media for a feed: configurations, an IDR frame every 30, sound in between. Every picture carries its number.</summary>
public sealed class Source(OutputFeed feed)
{
    public const int Gop = 30;
    private int _next;

    /// <summary>Pictures published.</summary>
    public int Frames => _next;

    public void Configure(byte[]? avc = null)
    {
        feed.Publish(AvcConfig.Parse(avc ?? Samples.AvcRecord));
        feed.Publish(AacConfig.Parse(Samples.AacStereo48));
    }

    /// <summary>Publishes pictures and their sound.</summary>
    public void Publish(int pictures, int size = 200)
    {
        for (; pictures > 0; pictures--)
        {
            var number = _next++;
            var nal = Samples.Nal(number % Gop == 0, size);
            BitConverter.TryWriteBytes(nal.AsSpan(5), number);
            using var picture = new MediaSample(MediaKind.Video, PooledBytes.Copy(nal), 0, (uint)(number * 33 + 5000), 0, number % Gop == 0, 0);
            feed.Publish(picture);
            using var sound = Samples.Audio(number * 33 + 5000 + 10);
            feed.Publish(sound);
        }
    }

    /// <summary>The number of a picture that <see cref="Publish"/> made.</summary>
    public static int NumberOf(MediaSample picture) => BitConverter.ToInt32(picture.Data.Span[5..]);
}

/// <summary>Collects what a publication carries.</summary>
public sealed class Collector
{
    private readonly Lock _lock = new();
    private readonly List<int> _pictures = [];
    private readonly List<uint> _times = [];
    private readonly List<MediaItem> _configs = [];

    public Collector(RtmpPublication publication) => Done = RunAsync(publication);

    public Task Done { get; }

    public int[] Pictures { get { lock (_lock) return [.. _pictures]; } }

    public uint[] Times { get { lock (_lock) return [.. _times]; } }

    public MediaItem[] Configs { get { lock (_lock) return [.. _configs]; } }

    private async Task RunAsync(RtmpPublication publication)
    {
        await foreach (var item in publication.Items.ReadAllAsync())
            using (item)
                lock (_lock)
                    if (item is MediaSample sample)
                    {
                        _times.Add(sample.DtsMs);
                        if (sample.Kind == MediaKind.Video) _pictures.Add(Source.NumberOf(sample));
                    }
                    else _configs.Add(item);
    }
}
