namespace ClusterCast.Mesh.Transports;

/// <summary>A transport that also carries datagrams: unordered, and lost when the way loses them. Congestion control is the transport's.</summary>
internal interface IDatagramTransport : ITransport
{
    /// <summary>Bytes of a datagram at most; 0 when the peer takes none.</summary>
    int MaxDatagram { get; }

    /// <summary>Takes each datagram that comes, on any thread; must not block.</summary>
    Action<ReadOnlySpan<byte>>? Datagram { get; set; }

    /// <summary>The smoothed round trip; null before the first.</summary>
    TimeSpan? RoundTrip { get; }

    /// <summary>Sends a copy; false when there is no room for it now. Thread-safe.</summary>
    bool TrySendDatagram(ReadOnlySpan<byte> bytes);
}
