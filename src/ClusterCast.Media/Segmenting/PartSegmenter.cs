using ClusterCast.Media.Cmaf;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Segmenting;

/// <summary>Cuts what a publisher sends into init segments and parts. A part is given out as soon as its last frame is in; sound never
/// delays it and goes into the part that is open when it arrives. Time only goes forward over the life of a segmenter, also over
/// several publications (<see cref="Discontinue"/>). Not thread-safe.</summary>
public sealed class PartSegmenter : IDisposable
{
    private const long MsTicks = CmafTracks.VideoTimescale / 1000;
    private const long PauseTicks = CmafTracks.VideoTimescale / 2;
    private readonly SegmenterOptions _options;
    private readonly Timeline _timeline = new();
    private readonly FrameClock _frames = new();
    private readonly PartBuilder _part = new();
    private readonly StartGate _gate = new();
    private AudioClock? _audioClock;
    private AvcConfig? _nextVideo, _video;
    private AacConfig? _nextAudio, _audio;
    private bool _renewed = true;
    private bool _startsSegment;
    private long _segmentStart, _pausedTicks, _lastTicks;
    private int _segmentParts;
    private long _segmentBytes;
    private int _soundSincePicture;
    private uint? _waitingSince;

    /// <summary>Creates a segmenter.</summary>
    public PartSegmenter(SegmenterOptions? options = null) => _options = options ?? new SegmenterOptions();

    /// <summary>Takes over an item and adds what it completes to <paramref name="output"/>.</summary>
    /// <exception cref="MediaException">The source cannot be carried: IDR frames too far apart, parts too large, sound without a picture.</exception>
    public void Add(MediaItem item, ICollection<MediaEvent> output)
    {
        switch (item)
        {
            case StreamMetadata metadata:
                _frames.AnnouncedRate = metadata.FrameRate;
                _gate.AudioAnnounced = metadata.HasAudio;
                break;
            case AvcConfig config:
                _nextVideo = config;
                break;
            case AacConfig config:
                _nextAudio = config;
                _gate.AudioKnown = true;
                break;
            case MediaSample sample:
                foreach (var ready in _gate.Pass(sample)) Take(ready, output);
                break;
        }
    }

    /// <summary>The publisher has gone; what it sent so far is complete. The next publication goes on where this one ended.</summary>
    public void Discontinue(ICollection<MediaEvent> output)
    {
        try
        {
            if (_part.FrameCount > 0) Emit(_part.LastTicks + _frames.FrameTicks, output);
        }
        finally
        {
            Forget();
        }
    }

    private void Forget()
    {
        _part.Dispose();
        _gate.Reset();
        _timeline.Discontinue();
        (_nextAudio, _frames.AnnouncedRate, _renewed, _waitingSince, _soundSincePicture) = (null, null, true, null, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _part.Dispose();
        _gate.Reset();
    }

    private void Take(MediaSample sample, ICollection<MediaEvent> output)
    {
        if (sample.Kind == MediaKind.Video) Video(sample, output);
        else Audio(sample);
    }

    private void Audio(MediaSample sample)
    {
        if (++_soundSincePicture > PartBuilder.MaxAudioFrames)
        {
            sample.Dispose();
            throw new MediaException(MediaFault.NoVideo, "Sound arrives, but no picture; check the video source of the encoder and publish again.");
        }
        // Sound before the first picture, and sound of a configuration that is not announced yet, cannot be played.
        var time = _renewed || _audio is null || !_audio.Equals(_nextAudio) ? null
            : _audioClock!.Next(_timeline.Map(MediaKind.Audio, sample.DtsMs, AacConfig.SamplesPerFrame * 1000L / _audio.SampleRate), AacConfig.SamplesPerFrame);
        if (time is not { } samples || _part.BytesWith(sample.Data.Length) > _options.MaxPartBytes)
        {
            sample.Dispose();
            return;
        }
        _part.AddSound(sample, samples);
    }

    private void Video(MediaSample sample, ICollection<MediaEvent> output)
    {
        _soundSincePicture = 0;
        var configured = !_renewed && _video!.Equals(_nextVideo) && Equals(_audio, _nextAudio);
        if (!configured && !sample.IsIdr && (_renewed || !_video!.Equals(_nextVideo)))
        {
            sample.Dispose(); // Nothing can be decoded before the IDR frame.
            _waitingSince ??= sample.DtsMs;
            if (unchecked(sample.DtsMs - _waitingSince.Value) > _options.LongestSegment.TotalMilliseconds) throw NoIdr();
            return;
        }
        _waitingSince = null;
        var ticks = _frames.Next(_timeline.Map(MediaKind.Video, sample.DtsMs, _frames.FrameTicks / MsTicks));
        // Frames that the network or the encoder dropped do not count against the distance of IDR frames.
        if (ticks - _lastTicks > PauseTicks) _pausedTicks += ticks - _lastTicks - _frames.FrameTicks;
        _lastTicks = ticks;
        if (sample.IsIdr) Idr(ticks, configured, output);
        else if (ticks - _segmentStart - _pausedTicks > Ticks(_options.LongestSegment) + _frames.FrameTicks / 2)
        {
            sample.Dispose();
            throw NoIdr();
        }
        if (_part.FrameCount > 0 && (!FitsAt(ticks) || _part.BytesWith(sample.Data.Length) > _options.MaxPartBytes)) Emit(ticks, output);
        if (_part.BytesWith(sample.Data.Length) > _options.MaxPartBytes)
        {
            sample.Dispose();
            throw new MediaException(MediaFault.LimitExceeded, $"A frame does not fit into a part of {_options.MaxPartBytes} bytes; lower the bitrate of the encoder.");
        }
        _part.AddFrame(sample, ticks);
        if (!FitsAt(ticks + _frames.FrameTicks)) Emit(ticks + _frames.FrameTicks, output);
    }

    private void Idr(long ticks, bool configured, ICollection<MediaEvent> output)
    {
        if (_part.FrameCount > 0) Emit(ticks, output);
        if (!configured)
        {
            var changed = _video is null || !_video.Equals(_nextVideo) || !Equals(_audio, _nextAudio);
            (_video, _audio, _renewed) = (_nextVideo, _nextAudio, false);
            if (changed)
            {
                _part.Dispose(); // Sound of the configuration before.
                _audioClock = _audio is null ? null : new AudioClock(_audio.SampleRate);
                output.Add(new MediaInit(CmafInitWriter.Write(_video!, _audio), Codecs(), _video!.Width, _video.Height));
            }
        }
        else if (ticks - _segmentStart < Ticks(_options.SegmentDuration) - _frames.FrameTicks / 2) return;
        (_startsSegment, _segmentStart, _pausedTicks, _segmentParts, _segmentBytes) = (true, ticks, 0, 0, 0);
    }

    /// <summary>Whether a frame that begins at this time still belongs to the open part. RTMP's rounding is allowed for.</summary>
    private bool FitsAt(long ticks) => ticks + _frames.FrameTicks - _part.FirstTicks <= Ticks(_options.PartDuration) + 2 * MsTicks;

    private void Emit(long endTicks, ICollection<MediaEvent> output)
    {
        // A gap after a part does not belong to its last frame.
        var longest = _part.FirstTicks + Math.Max(Ticks(_options.PartDuration), _part.FrameCount * _frames.FrameTicks);
        var part = _part.Build(Math.Max(Math.Min(endTicks, longest), _part.LastTicks + 1), _startsSegment);
        _startsSegment = false;
        _segmentBytes += part.Bytes.Length;
        if (++_segmentParts > _options.MaxPartsPerSegment || _segmentBytes > _options.MaxSegmentBytes)
            throw new MediaException(MediaFault.LimitExceeded,
                $"A segment exceeds {_options.MaxPartsPerSegment} parts or {_options.MaxSegmentBytes >> 20} MiB; lower the bitrate or the frame rate of the encoder.");
        output.Add(part);
    }

    private MediaException NoIdr() => new(MediaFault.KeyframeInterval,
        $"The video has no IDR frame for {_options.LongestSegment.TotalSeconds:0.#} s; in OBS set Keyframe Interval to 2 s (Settings > Output > Streaming, output mode Advanced).");

    private string Codecs() => _audio is null ? _video!.Codec : $"{_video!.Codec},{_audio.Codec}";

    private static long Ticks(TimeSpan span) => span.Ticks * CmafTracks.VideoTimescale / TimeSpan.TicksPerSecond;
}
