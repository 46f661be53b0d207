using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Rtmp.Chunks;

/// <summary>Message type ids (Adobe RTMP 1.0, sections 5.4 and 7.1).</summary>
public enum RtmpMessageType : byte
{
    /// <summary>Set Chunk Size.</summary>
    SetChunkSize = 1,
    /// <summary>Abort Message.</summary>
    Abort = 2,
    /// <summary>Acknowledgement.</summary>
    Acknowledgement = 3,
    /// <summary>User Control Message.</summary>
    UserControl = 4,
    /// <summary>Window Acknowledgement Size.</summary>
    WindowAcknowledgementSize = 5,
    /// <summary>Set Peer Bandwidth.</summary>
    SetPeerBandwidth = 6,
    /// <summary>Audio, an FLV audio tag's body.</summary>
    Audio = 8,
    /// <summary>Video, an FLV video tag's body.</summary>
    Video = 9,
    /// <summary>Data in AMF3.</summary>
    DataAmf3 = 15,
    /// <summary>Command in AMF3.</summary>
    CommandAmf3 = 17,
    /// <summary>Data in AMF0, e.g. <c>@setDataFrame</c>.</summary>
    DataAmf0 = 18,
    /// <summary>Command in AMF0.</summary>
    CommandAmf0 = 20,
    /// <summary>Aggregate of FLV tags.</summary>
    Aggregate = 22,
}

/// <summary>A whole RTMP message. Its reader owns the payload.</summary>
/// <param name="ChunkStream">Chunk stream id, 2 to 65,599.</param>
/// <param name="Type">Message type id.</param>
/// <param name="StreamId">Message stream id.</param>
/// <param name="Timestamp">Milliseconds, wraps at 2^32.</param>
/// <param name="Payload">The body.</param>
public sealed record RtmpMessage(int ChunkStream, RtmpMessageType Type, uint StreamId, uint Timestamp, PooledBytes Payload) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Payload.Dispose();
}
