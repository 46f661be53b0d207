using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Egress.Presets;
using ClusterCast.Media.Flv;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Egress;

/// <summary>One encoded output (one picture and one sound track) that any number of destinations take. Each destination has its own task, queue and
/// connection; publishing never waits for one and never fails for its sake.</summary>
public sealed class OutputFeed : IAsyncDisposable
{
    /// <summary>Destinations of one feed at most.</summary>
    public const int MaxDestinations = 64;

    private readonly OutputFeedOptions _options;
    private readonly FeedClock _clock;
    private readonly Lock _gate = new();
    private Destination[] _destinations = [];
    private StreamHeaders _headers = StreamHeaders.None;
    private bool _awaitsIdr = true;
    private bool _disposed;

    /// <summary>Creates a feed without destinations.</summary>
    public OutputFeed(OutputFeedOptions options) => (_options, _clock) = (options, new FeedClock(options.TimeProvider));

    /// <summary>The destinations at this moment.</summary>
    public IReadOnlyList<Destination> Destinations => Volatile.Read(ref _destinations);

    /// <summary>Gives an item to all destinations; one thread at a time. The caller still disposes of the item. Pictures before the first IDR frame
    /// of a configuration are left out.</summary>
    public void Publish(MediaItem item)
    {
        switch (item)
        {
            case AvcConfig or EnhancedConfig when !item.Equals(_headers.Video):
                Announce(_headers.WithVideo(item, _options.Format));
                _awaitsIdr = true;
                break;
            case AacConfig config when !config.Equals(_headers.Audio):
                Announce(_headers.With(config, _options.Format));
                break;
            case StreamMetadata { FrameRate: { } rate } when rate != _headers.FrameRate:
                Announce(_headers.With(rate, _options.Format));
                break;
            case MediaSample sample:
                Publish(sample);
                break;
        }
    }

    /// <summary>Adds a destination, which connects by itself as soon as there is a picture.</summary>
    /// <exception cref="MediaException">The name is taken, there are too many, or the platform, or the kind of destination, does not take the feed's format.</exception>
    public Destination Add(DestinationOptions options)
    {
        if (_options.Format is { } format && options.Platform.Check(format) is [var first, ..])
            throw new MediaException(MediaFault.PlatformLimit, first);
        if (_options.Format is { Codec: not VideoCodec.Avc } && options.Url.Kind is (DestinationKind.File or DestinationKind.Srt))
            throw new MediaException(MediaFault.BadDestination, $"Recordings and SRT take H.264 only, and {options.Url} is one; use an H.264 output for it.");
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_destinations.Any(other => other.Name == options.Name))
                throw new MediaException(MediaFault.BadDestination, $"There is a destination named '{options.Name}' already; remove it first or choose another name.");
            if (_destinations.Length >= MaxDestinations)
                throw new MediaException(MediaFault.LimitExceeded, $"A stream takes at most {MaxDestinations} destinations; remove one first.");
            var added = new Destination(options, _options, Volatile.Read(ref _headers).Video is not null);
            Volatile.Write(ref _destinations, [.. _destinations, added]);
            return added;
        }
    }

    /// <summary>Ends a destination politely and forgets it; the others do not notice.</summary>
    /// <exception cref="MediaException">There is none of this name.</exception>
    public async Task RemoveAsync(string name)
    {
        Destination removed;
        lock (_gate)
        {
            removed = Find(name);
            Volatile.Write(ref _destinations, [.. _destinations.Where(other => other != removed)]);
        }
        await removed.StopAsync();
    }

    /// <summary>Ends the connection of a destination and connects anew at once, without waiting out a back-off.</summary>
    /// <exception cref="MediaException">There is none of this name.</exception>
    public void Restart(string name) => Find(name).Restart();

    /// <summary>Ends all destinations.</summary>
    public async ValueTask DisposeAsync()
    {
        Destination[] all;
        lock (_gate)
        {
            _disposed = true;
            all = _destinations;
            Volatile.Write(ref _destinations, []);
        }
        await Task.WhenAll(all.Select(destination => destination.StopAsync()));
    }

    private void Publish(MediaSample sample)
    {
        var video = sample.Kind == MediaKind.Video;
        var time = _clock.Next(sample.DtsMs);
        if (video ? _headers.Video is null : _headers.Audio is null) return;
        if (video && _awaitsIdr)
        {
            if (!sample.IsIdr) return;
            _awaitsIdr = false;
        }
        var body = video && _headers.Video is EnhancedConfig enhanced ? EnhancedBody.Write(sample, enhanced.Codec) : FlvBody.Write(sample);
        var tag = new SharedTag(video ? RtmpMessageType.Video : RtmpMessageType.Audio, body, _headers, time,
            video && sample.IsIdr, _options.TimeProvider.GetTimestamp());
        foreach (var destination in Volatile.Read(ref _destinations)) destination.Offer(tag);
        tag.Release();
    }

    private void Announce(StreamHeaders headers)
    {
        Volatile.Write(ref _headers, headers);
        if (headers.Video is null) return;
        foreach (var destination in Volatile.Read(ref _destinations)) destination.Begin();
    }

    private Destination Find(string name) => Volatile.Read(ref _destinations).FirstOrDefault(destination => destination.Name == name)
        ?? throw new MediaException(MediaFault.BadDestination, $"There is no destination named '{name}'; the status lists those that are there.");
}
