using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Segmenting;

/// <summary>Collects the frames of one part and the sound that arrives meanwhile, and writes both as bytes.</summary>
internal sealed class PartBuilder : IDisposable
{
    /// <summary>Most audio frames that wait for a picture: over 10 s at 48 kHz.</summary>
    public const int MaxAudioFrames = 512;

    private readonly List<(MediaSample Sample, long Ticks)> _frames = [];
    private readonly List<(MediaSample Sample, long Time)> _sound = [];
    private int _bytes;
    private uint _sequence;

    public int FrameCount => _frames.Count;
    public long FirstTicks => _frames[0].Ticks;
    public long LastTicks => _frames[^1].Ticks;

    /// <summary>Upper bound of the part's bytes with another sample of this size.</summary>
    public int BytesWith(int more) => _bytes + more + 12 + 256;

    public void AddFrame(MediaSample sample, long ticks)
    {
        _frames.Add((sample, ticks));
        _bytes += sample.Data.Length + 12;
    }

    public void AddSound(MediaSample sample, long time)
    {
        _sound.Add((sample, time));
        _bytes += sample.Data.Length + 12;
    }

    /// <summary>Writes the part and begins an empty one.</summary>
    /// <param name="endTicks">Where the last frame ends.</param>
    /// <param name="startsSegment">For the part's flag.</param>
    public MediaPart Build(long endTicks, bool startsSegment)
    {
        var first = _frames[0];
        var video = new CmafSample[_frames.Count];
        for (var i = 0; i < video.Length; i++)
        {
            var next = i + 1 < video.Length ? _frames[i + 1].Ticks : endTicks;
            var (sample, ticks) = _frames[i];
            video[i] = new CmafSample(sample.Data, (uint)(next - ticks), sample.CompositionMs * (CmafTracks.VideoTimescale / 1000));
        }
        var chunks = new List<CmafChunk> { new(CmafTracks.Video, (ulong)first.Ticks, video, first.Sample.IsIdr) };
        AddSoundChunks(chunks);

        var bytes = new byte[chunks.Sum(CmafChunkWriter.Measure)];
        var at = 0;
        foreach (var chunk in chunks) at += CmafChunkWriter.Write(bytes.AsSpan(at), chunk, ++_sequence);
        var part = new MediaPart(bytes, startsSegment, first.Sample.IsIdr, first.Sample.ArrivalMs, Span(first.Ticks), Span(endTicks - first.Ticks));
        Clear();
        return part;
    }

    public void Dispose() => Clear();

    /// <summary>Sound goes into one chunk, unless there is a gap in it: the time of a chunk's samples follows from their number.</summary>
    private void AddSoundChunks(List<CmafChunk> chunks)
    {
        for (var start = 0; start < _sound.Count;)
        {
            var end = start + 1;
            while (end < _sound.Count && _sound[end].Time == _sound[end - 1].Time + AacConfig.SamplesPerFrame) end++;
            var samples = _sound[start..end].ConvertAll(entry => new CmafSample(entry.Sample.Data, AacConfig.SamplesPerFrame));
            chunks.Add(new CmafChunk(CmafTracks.Audio, (ulong)_sound[start].Time, samples, true));
            start = end;
        }
    }

    private void Clear()
    {
        foreach (var (sample, _) in _frames) sample.Dispose();
        foreach (var (sample, _) in _sound) sample.Dispose();
        _frames.Clear();
        _sound.Clear();
        _bytes = 0;
    }

    private static TimeSpan Span(long ticks) => TimeSpan.FromTicks(ticks * TimeSpan.TicksPerSecond / CmafTracks.VideoTimescale);
}
