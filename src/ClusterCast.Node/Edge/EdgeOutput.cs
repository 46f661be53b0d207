using ClusterCast.Media.Encoding;
using ClusterCast.Media.Ingest;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Edge;

/// <summary>One output of a stream: the source itself, or one encoding of it. It runs once, however many destinations take it.</summary>
internal sealed class EdgeOutput(EdgeFloor floor, string stream, OutputProfile profile) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<EdgeTarget> _targets = [];
    private Transcoder? _transcoder;
    private AvcConfig? _video;
    private AacConfig? _audio;
    private int _begun;
    private int _given;

    /// <summary>What it is.</summary>
    public OutputProfile Profile => profile;

    /// <summary>The picture; null for the source, and before the source is known.</summary>
    public VideoShape? Shape => _transcoder?.Shape;

    /// <summary>Figures of the encoder; null for the source.</summary>
    public TranscoderStatistics? Statistics => _transcoder?.Statistics;

    /// <summary>Whether nobody takes it.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _targets.Count == 0;
            }
        }
    }

    /// <summary>The source is known, or is another one now: an encoder for it begins.</summary>
    public void Begin(SourceInfo source)
    {
        if (profile.IsSource)
        {
            return;
        }

        var old = _transcoder;
        var number = ++_begun;
        _transcoder = new Transcoder(new TranscoderOptions
        {
            Encoder = floor.Encoder.Choice,
            Shape = profile.Fit(source.Picture.Width, source.Picture.Height, source.Picture.FrameRate),
            Source = source.Picture,
            Output = item => Own(number, item),
            Incident = incident =>
            {
                floor.Metrics.Incident(stream, profile.Name, incident.Kind.ToString());
                floor.Log.LogWarning("Stream {Stream}, {Profile}: {Message}", stream, profile.Name, incident.Message);
            },
            TimeProvider = floor.Time,
        });
        floor.Log.LogInformation("Stream {Stream} is encoded to {Shape} with {Encoder}", stream, _transcoder.Shape, floor.Encoder.Choice);
        if (old is not null)
        {
            _ = old.DisposeAsync().AsTask(); // what it still has comes out before the first frame of its successor
        }
    }

    /// <summary>An item of the source; the caller still disposes of it.</summary>
    public void Add(MediaItem item)
    {
        if (profile.IsSource)
        {
            Give(item);
        }
        else
        {
            _transcoder?.Add(item);
        }
    }

    /// <summary>A destination takes it from now on.</summary>
    public void Attach(EdgeTarget target)
    {
        lock (_gate)
        {
            if (_video is not null)
            {
                target.Take(this, _video);
            }

            if (_audio is not null)
            {
                target.Take(this, _audio);
            }

            _targets.Add(target);
        }
    }

    /// <summary>Forgets destinations that have gone over to another output, or that are gone.</summary>
    public void Sweep(IReadOnlyCollection<EdgeTarget> alive)
    {
        lock (_gate)
        {
            _targets.RemoveAll(target => !alive.Contains(target) || target.Output != this && target.NextOutput != this);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        floor.Capacity.Release(this);
        if (_transcoder is not null)
        {
            await _transcoder.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Once an encoder has given something, what its predecessor still gives would be of the configuration before.
    private void Own(int number, MediaItem item)
    {
        using (item)
        {
            lock (_gate)
            {
                if (number < _given)
                {
                    return;
                }

                _given = number;
                Give(item);
            }
        }
    }

    private void Give(MediaItem item)
    {
        lock (_gate)
        {
            _video = item as AvcConfig ?? _video;
            _audio = item as AacConfig ?? _audio;
            foreach (var target in _targets)
            {
                target.Take(this, item);
            }
        }
    }
}
