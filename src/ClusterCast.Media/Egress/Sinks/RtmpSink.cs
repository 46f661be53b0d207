using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Rtmp.Client;

namespace ClusterCast.Media.Egress.Sinks;

/// <summary>An RTMP or RTMPS server.</summary>
internal sealed class RtmpSink(RtmpPublisher publisher) : ISink
{
    public Task<MediaException> Ended => publisher.Ended;

    public bool IsConfirmed => true; // it has given its permission

    public int PendingBytes => publisher.PendingBytes;

    public long SentBytes => publisher.SentBytes;

    public long? AcknowledgedBytes => publisher.AcknowledgedBytes;

    public void AddMetadata(AmfObject map) => publisher.AddMetadata(map);

    public void Add(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body) => publisher.Add(type, timestamp, body);

    public ValueTask FlushAsync(CancellationToken cancel) => publisher.FlushAsync(cancel);

    public Task FinishAsync() => publisher.FinishAsync();

    public ValueTask DisposeAsync() => publisher.DisposeAsync();
}
