using System.Net;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Transports;

/// <summary>An ordered, reliable stream of bytes to one peer. One reader and one writer at a time.</summary>
internal interface ITransport : IAsyncDisposable
{
    /// <summary>What it is: <c>quic</c>, <c>tls</c>, <c>websocket</c> or <c>webtransport</c>.</summary>
    string Name { get; }

    /// <summary>The node id that the transport itself proved; null when it proves none.</summary>
    Address? ProvenPeer { get; }

    /// <summary>The peer's address, for people.</summary>
    string Remote { get; }

    /// <summary>Where the peer's packets come from; null when the transport cannot tell.</summary>
    IPEndPoint? Seen => null;

    /// <summary>Bytes received, 0 at the end. Throws <see cref="IOException"/> when the connection is lost.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel);

    /// <summary>Sends one or more whole frames. Throws <see cref="IOException"/> when the connection is lost.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancel);

    /// <summary>Tells the peer that nothing more will be sent; what it still sends can be received.</summary>
    ValueTask CompleteAsync(CancellationToken cancel);

    /// <summary>Cuts the connection at once.</summary>
    void Abort();
}
