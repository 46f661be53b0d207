using ClusterCast.Media.Egress.Feed;
using ClusterCast.Media.Egress.Sinks;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Egress.Delivery;

/// <summary>Puts tags on one connection: times from 0, headers first and again whenever they change.</summary>
internal sealed class TagStream(ISink sink)
{
    private StreamHeaders _sent = StreamHeaders.None;
    private long? _firstMs;

    /// <summary>Adds a tag to the sink, with the headers that it needs.</summary>
    public void Write(SharedTag tag)
    {
        _firstMs ??= tag.TimeMs;
        // Sound that was published just after the first picture may be a little older than it.
        var timestamp = unchecked((uint)Math.Max(tag.TimeMs - _firstMs.Value, 0));
        if (tag.Headers != _sent) Announce(tag.Headers, timestamp);
        sink.Add(tag.Type, timestamp, tag.Body);
    }

    private void Announce(StreamHeaders headers, uint timestamp)
    {
        sink.AddMetadata(headers.Metadata);
        if (headers.Video is not null && !headers.Video.Equals(_sent.Video)) sink.Add(RtmpMessageType.Video, timestamp, headers.VideoBody);
        if (headers.Audio is not null && !headers.Audio.Equals(_sent.Audio)) sink.Add(RtmpMessageType.Audio, timestamp, headers.AudioBody);
        _sent = headers;
    }
}
