using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Cmaf;

/// <summary>Turns the parts of a track back into what the publisher sent: configurations and frames, their bytes untouched, in the order of their times.
/// Time only goes forward: a new run, which counts from 0, goes on where the last one ended. Not thread-safe.</summary>
public sealed class PartReader
{
    private const long NominalFrameMs = 33;
    private readonly List<(long Ms, MediaSample Sample)> _samples = [];
    private ReadOnlyMemory<byte> _init;
    private CmafInit? _parsed;
    private AvcConfig? _video;
    private AacConfig? _audio;
    private ulong _run;
    private long _offset;
    private long _last;

    /// <summary>Adds what the part holds to <paramref name="output"/>, whose reader disposes of it.</summary>
    /// <param name="run">The run that the part belongs to.</param>
    /// <param name="init">The init segment that it needs.</param>
    /// <param name="part">Its bytes.</param>
    /// <param name="arrivalMs">When it arrived, Unix ms.</param>
    /// <param name="output">Where the items go.</param>
    /// <exception cref="MediaException">The bytes are no part; nothing was added.</exception>
    public void Read(ulong run, ReadOnlyMemory<byte> init, ReadOnlySpan<byte> part, long arrivalMs, ICollection<MediaItem> output)
    {
        var renewed = _parsed is null || !init.Equals(_init) && !init.Span.SequenceEqual(_init.Span);
        var parsed = renewed ? CmafParser.ParseInit(init.Span) : _parsed!;
        var video = renewed ? AvcConfig.Parse(parsed.VideoConfiguration.Span) : _video!;
        var audio = renewed ? parsed.Audio is null ? null : AacConfig.Parse(parsed.AudioConfiguration.Span) : _audio;
        var chunks = CmafParser.ParsePart(part, parsed);
        if (!video.Equals(_video)) output.Add(video);
        if (audio is not null && !audio.Equals(_audio)) output.Add(audio);
        (_init, _parsed, _video, _audio) = (init, parsed, video, audio);
        if (run != _run)
        {
            _offset = _run == 0 ? 0 : _last + NominalFrameMs - Start(chunks);
            _run = run;
        }
        foreach (var chunk in chunks) Collect(chunk, part, arrivalMs);
        foreach (var (ms, sample) in _samples.OrderBy(entry => entry.Ms)) // stable: a picture stands before the sound of its time
        {
            _last = Math.Max(_last, ms);
            output.Add(sample);
        }
        _samples.Clear();
    }

    private void Collect(CmafParsedChunk chunk, ReadOnlySpan<byte> part, long arrivalMs)
    {
        var time = (long)chunk.DecodeTime;
        foreach (var sample in chunk.Samples)
        {
            var ms = Ms(time, chunk.Track) + _offset;
            _samples.Add((ms, new MediaSample(
                chunk.Track.IsVideo ? MediaKind.Video : MediaKind.Audio, PooledBytes.Copy(part.Slice(sample.Offset, sample.Size)), 0, unchecked((uint)ms),
                (int)Ms(sample.CompositionOffset, chunk.Track), !chunk.Track.IsVideo || sample.IsSync, arrivalMs)));
            time += sample.Duration;
        }
    }

    private static long Start(IEnumerable<CmafParsedChunk> chunks) => chunks.Min(chunk => Ms((long)chunk.DecodeTime, chunk.Track));

    private static long Ms(long ticks, CmafTrack track) => (long)Math.Round(ticks * 1000.0 / track.Timescale);
}
