namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>Bounds of a lane (spec/lane.md).</summary>
internal static class LaneLimits
{
    /// <summary>The version.</summary>
    public const byte Version = 1;

    /// <summary>Bytes of a block that a sender makes at most. With a leaf and its header it stays below what one LaneBlock holds.</summary>
    public const int BlockBytes = 60 * 1024;

    /// <summary>Bytes of a shard with its header: within 1,200 bytes of QUIC, which every path carries.</summary>
    public const int DatagramBytes = 1_150;

    /// <summary>A shorter datagram is not worth its header.</summary>
    public const int LeastDatagramBytes = 256;

    /// <summary>Blocks that a sender has under way at most after one that has not come for certain; then it repeats that on the stream.</summary>
    public const int AheadBlocks = 128;

    /// <summary>Bytes that a sender sends on the stream at most after a block that has not come for certain; then it repeats that on the stream.</summary>
    public const int AheadBytes = 1024 * 1024;

    /// <summary>Bytes of blocks that a sender keeps for sending them again. Beyond it blocks go on the stream.</summary>
    public const int KeptBytes = 512 * 1024;

    /// <summary>Blocks after the next one that a receiver takes.</summary>
    public const int Window = 512;

    /// <summary>Bytes that a receiver keeps of blocks that cannot be handed up yet.</summary>
    public const int WaitingBytes = 4 * 1024 * 1024;
}
