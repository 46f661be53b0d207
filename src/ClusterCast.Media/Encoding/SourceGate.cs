using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Encoding;

/// <summary>What a source is, as far as its first frames show.</summary>
/// <param name="Picture">Size, rate and order of its pictures.</param>
/// <param name="Audio">Its sound; null without.</param>
public sealed record SourceInfo(TranscodeSource Picture, AacConfig? Audio);

/// <summary>Holds the first frames of a source back until it is known what it is: its configuration and <see cref="Pictures"/> pictures from an IDR frame on.
/// It does so again when the configuration changes in mid-stream. Pictures before the IDR frame are left out. Not thread-safe.</summary>
public sealed class SourceGate : IDisposable
{
    /// <summary>Pictures that tell the rate.</summary>
    public const int Pictures = 8;

    private const int MostHeld = 512;
    private const double Near = 0.015;
    private static readonly double[] CommonRates = [23.976, 25, 30, 50, 60, 15, 20, 48, 120];
    private readonly Queue<MediaItem> _held = [];
    private readonly List<(uint Dts, bool Reordered)> _pictures = [];
    private AvcConfig? _video;
    private AacConfig? _audio;
    private bool _known;

    /// <summary>What the source is; null until it is known for the first time.</summary>
    public SourceInfo? Info { get; private set; }

    /// <summary>Takes over an item and adds what may go on to <paramref name="output"/>, in order.</summary>
    public void Pass(MediaItem item, ICollection<MediaItem> output)
    {
        switch (item)
        {
            case AvcConfig config when !config.Equals(_video):
                (_video, _known) = (config, false);
                _pictures.Clear();
                break;
            case AacConfig config:
                _audio = config;
                break;
            case MediaSample { Kind: MediaKind.Video } picture when !_known:
                if (_video is null || _pictures.Count == 0 && !picture.IsIdr)
                {
                    picture.Dispose();
                    return;
                }
                _pictures.Add((picture.DtsMs, picture.CompositionMs != 0));
                break;
        }
        if (_known)
        {
            output.Add(item);
            return;
        }
        _held.Enqueue(item);
        if (_pictures.Count >= Pictures) Open(output);
        else if (_held.Count > MostHeld) _held.Dequeue().Dispose(); // sound without pictures
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_held.TryDequeue(out var item)) item.Dispose();
    }

    private void Open(ICollection<MediaItem> output)
    {
        _known = true;
        var span = unchecked(_pictures[^1].Dts - _pictures[0].Dts);
        var rate = span is 0 or > 10_000 ? 30 : 1000.0 * (_pictures.Count - 1) / span;
        // Times are whole ms: a rate that nearly is a common one is that one.
        rate = CommonRates.FirstOrDefault(common => Math.Abs(rate - common) < common * Near, Math.Round(rate, 2));
        Info = new SourceInfo(new TranscodeSource(_video!.Width, _video.Height, Math.Clamp(rate, 1, 120), _pictures.Any(picture => picture.Reordered)), _audio);
        while (_held.TryDequeue(out var item)) output.Add(item);
    }
}
