using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Egress.Sinks;

/// <summary>One connection of a destination. Tags are added and then flushed together.</summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>Completes with the reason when the other end ends it.</summary>
    Task<MediaException> Ended { get; }

    /// <summary>The other end is known to be there.</summary>
    bool IsConfirmed { get; }

    /// <summary>Bytes added and not yet flushed.</summary>
    int PendingBytes { get; }

    /// <summary>Bytes that went out.</summary>
    long SentBytes { get; }

    /// <summary>Bytes of <see cref="SentBytes"/> that the other end has acknowledged; null if it does not say.</summary>
    long? AcknowledgedBytes { get; }

    void AddMetadata(AmfObject map);

    void Add(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body);

    /// <summary>Sends what was added; waits while the other end takes no more.</summary>
    ValueTask FlushAsync(CancellationToken cancel);

    /// <summary>Says that the broadcast ends.</summary>
    Task FinishAsync();
}
