namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>One QUIC connection as HTTP/3 uses it.</summary>
internal interface IQuicLink
{
    /// <summary>The peer's address, for people.</summary>
    string Remote { get; }

    /// <summary>Opens a unidirectional stream. Throws <see cref="IOException"/> when the connection is lost.</summary>
    ValueTask<IQuicLane> OpenUnidirectionalAsync(CancellationToken cancel);

    /// <summary>The next stream of the peer; null when the connection has ended.</summary>
    ValueTask<IQuicLane?> AcceptAsync(CancellationToken cancel);

    /// <summary>Ends the connection at once. Never throws.</summary>
    void Close(Http3Error code, string reason);
}

/// <summary>One QUIC stream as HTTP/3 uses it. One reader and one writer at a time.</summary>
internal interface IQuicLane
{
    /// <summary>The stream id.</summary>
    long Id { get; }

    /// <summary>Whether both sides may send.</summary>
    bool IsBidirectional { get; }

    /// <summary>Bytes received, 0 at the end. Throws <see cref="IOException"/> when the stream was reset or the connection is lost.</summary>
    ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel);

    /// <summary>Sends; waits while too much is unsent. Throws <see cref="IOException"/> when the stream was stopped or the connection is lost.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Nothing more will be sent.</summary>
    void Complete();

    /// <summary>Drops what is unsent and says so.</summary>
    void Reset(Http3Error code);

    /// <summary>Asks the peer to send nothing more.</summary>
    void StopSending(Http3Error code);
}
