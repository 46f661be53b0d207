using System.Globalization;
using System.Text;
using ClusterCast.Media.Cmaf;

namespace ClusterCast.Media.Hls;

/// <summary>The newest segments of a stream as standard HLS with fMP4 segments (RFC 8216, version 7). Give it init segments and parts in order;
/// it gives the playlist and the files. Thread-safe.</summary>
public sealed class HlsWindow
{
    private const int MaxSegmentBytes = 32 << 20;
    private readonly Lock _lock = new();
    private readonly int _capacity;
    private readonly Queue<HlsSegment> _segments = new();
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _inits = [];
    private readonly List<ReadOnlyMemory<byte>> _open = [];
    private CmafInit? _init;
    private long _initNumber, _lastNumber, _discontinuitySequence;
    private ulong _openTicks, _nextTicks;
    private int _openBytes;
    private bool _discontinuity, _openDiscontinuity;
    private int _targetSeconds = 2;

    /// <summary>Creates a window of this many complete segments, at least 3.</summary>
    public HlsWindow(int capacity = 6)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 3);
        _capacity = capacity;
    }

    /// <summary>Complete segments.</summary>
    public int Count
    {
        get { lock (_lock) return _segments.Count; }
    }

    /// <summary>The parts after this need this init segment. The same one again changes nothing.</summary>
    /// <exception cref="MediaException">It is no init segment.</exception>
    public void AddInit(ReadOnlyMemory<byte> init)
    {
        var parsed = CmafParser.ParseInit(init.Span);
        lock (_lock)
        {
            if (_inits.TryGetValue(_initNumber, out var current) && current.Span.SequenceEqual(init.Span)) return;
            Close();
            _discontinuity = _init is not null;
            _init = parsed;
            _inits[++_initNumber] = init;
        }
    }

    /// <summary>Adds a part. Parts before the first one that starts a segment are left out.</summary>
    /// <param name="part">Bytes of the part; kept, so they must not change.</param>
    /// <param name="startsSegment">It is the first part of its segment.</param>
    /// <exception cref="MediaException">It is no part of the current init segment.</exception>
    public void AddPart(ReadOnlyMemory<byte> part, bool startsSegment)
    {
        lock (_lock)
        {
            if (_init is null) throw CmafParser.Malformed("a part comes before the init segment");
            var video = CmafParser.ParsePart(part.Span, _init).FirstOrDefault(chunk => chunk.Track.IsVideo)
                ?? throw CmafParser.Malformed("a part has no video");
            if (startsSegment)
            {
                Close();
                _openDiscontinuity = _discontinuity || _lastNumber > 0 && !Joins(video.DecodeTime);
                _discontinuity = false;
            }
            else if (_open.Count == 0) return;
            if (_openBytes + part.Length > MaxSegmentBytes) throw new MediaException(MediaFault.LimitExceeded, $"An HLS segment exceeds {MaxSegmentBytes >> 20} MiB; lower the bitrate of the stream.");
            _open.Add(part);
            _openBytes += part.Length;
            _openTicks += video.Duration;
            _nextTicks = video.DecodeTime + video.Duration;
        }
    }

    /// <summary>The playlist, or null before the first segment is complete.</summary>
    public string? Playlist()
    {
        lock (_lock)
        {
            if (_segments.Count == 0) return null;
            var text = new StringBuilder();
            text.Append("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{_targetSeconds}\n");
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA-SEQUENCE:{_segments.Peek().Number}\n");
            if (_discontinuitySequence > 0) text.Append(CultureInfo.InvariantCulture, $"#EXT-X-DISCONTINUITY-SEQUENCE:{_discontinuitySequence}\n");
            long init = 0;
            var first = true;
            foreach (var segment in _segments)
            {
                if (segment.Discontinuity && !first) text.Append("#EXT-X-DISCONTINUITY\n");
                if (segment.Init != init) text.Append($"#EXT-X-MAP:URI=\"{segment.InitName}\"\n");
                text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{segment.Duration.TotalSeconds:0.000000},\n{segment.Name}\n");
                (init, first) = (segment.Init, false);
            }
            return text.ToString();
        }
    }

    /// <summary>The bytes of a file that the playlist names, or null when it is not (or no longer) there.</summary>
    public ReadOnlyMemory<byte>? File(string name)
    {
        lock (_lock)
        {
            foreach (var segment in _segments)
            {
                if (segment.Name == name) return segment.Bytes;
                if (segment.InitName == name) return _inits[segment.Init];
            }
            return null;
        }
    }

    private bool Joins(ulong ticks)
    {
        var tolerance = (ulong)_init!.Video.Timescale / 2;
        return ticks <= _nextTicks + tolerance && _nextTicks <= ticks + tolerance;
    }

    /// <summary>Makes the open parts a segment and lets the oldest one go.</summary>
    private void Close()
    {
        if (_open.Count == 0) return;
        var bytes = new byte[_openBytes];
        var at = 0;
        foreach (var part in _open)
        {
            part.CopyTo(bytes.AsMemory(at));
            at += part.Length;
        }
        var duration = TimeSpan.FromSeconds((double)_openTicks / _init!.Video.Timescale);
        // The target is never lowered: RFC 8216 wants it constant, and players size their buffers by it.
        _targetSeconds = Math.Max(_targetSeconds, (int)Math.Round(duration.TotalSeconds, MidpointRounding.AwayFromZero));
        _segments.Enqueue(new HlsSegment(++_lastNumber, _initNumber, duration, _openDiscontinuity, bytes));
        _open.Clear();
        (_openBytes, _openTicks) = (0, 0);
        while (_segments.Count > _capacity) Drop(_segments.Dequeue());
    }

    /// <summary>Once a segment that began after a discontinuity has left, one discontinuity more lies before the playlist.</summary>
    private void Drop(HlsSegment gone)
    {
        if (_segments.Peek().Discontinuity) _discontinuitySequence++;
        if (_segments.Peek().Init != gone.Init) _inits.Remove(gone.Init);
    }
}
