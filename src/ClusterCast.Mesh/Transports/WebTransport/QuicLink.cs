using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.WebTransport.Http3;

namespace ClusterCast.Mesh.Transports.WebTransport;

/// <summary>A connection of the QUIC engine as HTTP/3 uses it.</summary>
internal sealed class QuicLink(QuicConnection connection) : IQuicLink
{
    /// <inheritdoc/>
    public string Remote => connection.Remote.ToString();

    /// <inheritdoc/>
    public async ValueTask<IQuicLane> OpenUnidirectionalAsync(CancellationToken cancel) => new QuicLane(await connection.OpenAsync(bidirectional: false, cancel));

    /// <inheritdoc/>
    public async ValueTask<IQuicLane?> AcceptAsync(CancellationToken cancel) => await connection.AcceptStreamAsync(cancel) is { } stream ? new QuicLane(stream) : null;

    /// <inheritdoc/>
    public void Close(Http3Error code, string reason) => connection.Close((ulong)code, reason);

    /// <summary>A stream of the QUIC engine as HTTP/3 uses it.</summary>
    private sealed class QuicLane(QuicStream stream) : IQuicLane
    {
        public long Id => stream.Id;

        public bool IsBidirectional => stream.IsBidirectional;

        public ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel) => stream.ReadAsync(into, cancel);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => stream.WriteAsync(bytes, cancel);

        public void Complete() => stream.Complete();

        public void Reset(Http3Error code) => stream.Reset((ulong)code);

        public void StopSending(Http3Error code) => stream.StopSending((ulong)code);
    }
}
