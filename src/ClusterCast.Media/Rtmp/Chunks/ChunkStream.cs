using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Rtmp.Chunks;

/// <summary>What one chunk stream remembers between chunks, for reading or for writing.</summary>
internal sealed class ChunkStream
{
    public uint Timestamp;
    public uint TimestampField;
    public bool Extended;
    public int Length;
    public RtmpMessageType Type;
    public uint StreamId;
    public PooledBytes? Partial;
    public int Filled;
}
