using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>What stands behind a connection. Called on the connection's receive loop, one call at a time.</summary>
internal interface IPeerHandler
{
    /// <summary>Both sides know each other.</summary>
    void OnReady(PeerConnection peer);

    /// <summary>A frame of a known type beyond the connection's own. Throws <see cref="WireException"/> to close with Goodbye 2.</summary>
    void OnFrame(PeerConnection peer, FrameType type, ReadOnlySpan<byte> body);

    /// <summary>The connection has ended; the last call, also when it was never ready.</summary>
    void OnClosed(PeerConnection peer);
}

/// <summary>Writes media of one subscription into batches, straight from the cache.</summary>
internal interface IMediaSource
{
    /// <summary>Whether it is asked after all others, and appends little at a time.</summary>
    bool IsBackground => false;

    /// <summary>Appends what is due until the batch is full; does nothing when nothing is due. Called by one thread at a time.</summary>
    void WriteTo(FrameBatch batch);
}
