namespace ClusterCast.Mesh.Transports;

/// <summary>A transport that takes a write without waiting, while it has room.</summary>
internal interface IDirectTransport : ITransport
{
    /// <summary>Where writes are collected on their way to the socket; one for all connections of a socket.</summary>
    IWriteQueue Queue { get; }

    /// <summary>Puts the batch into the queue; false when the connection has no room. Throws <see cref="IOException"/> when it is lost.</summary>
    bool TrySend(FrameBatch batch);
}

/// <summary>Writes of many connections that go to their socket together: one crossing into native code, one wake of its worker.</summary>
internal interface IWriteQueue
{
    /// <summary>Hands over what is queued. A full queue does so by itself.</summary>
    void Flush();
}
