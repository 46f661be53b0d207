namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>What the sending side of a lane has sent.</summary>
internal sealed class LaneSent
{
    /// <summary>Blocks sent as datagrams.</summary>
    public long Blocks { get; set; }

    /// <summary>Blocks sent on the stream at once.</summary>
    public long StreamBlocks { get; set; }

    /// <summary>Shards of the blocks themselves.</summary>
    public long DataShards { get; set; }

    /// <summary>Parity shards sent with them.</summary>
    public long ParityShards { get; set; }

    /// <summary>Parity shards sent because they were asked for.</summary>
    public long FreshShards { get; set; }

    /// <summary>Blocks repeated on the stream.</summary>
    public long Repeated { get; set; }
}
