using ClusterCast.Mesh.Transports.WebTransport.Http3;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Transports.WebTransport;

/// <summary>The one stream of a page's WebTransport session; frames follow each other on it as on TLS.</summary>
internal sealed class WebTransportTransport(IQuicLink link, IQuicLane lane, LaneReader reader) : ITransport
{
    /// <inheritdoc/>
    public string Name => "webtransport";

    /// <inheritdoc/>
    public Address? ProvenPeer => null;

    /// <inheritdoc/>
    public string Remote { get; } = $"webtransport://{link.Remote}";

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel) => reader.ReadAsync(buffer, cancel);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancel) => lane.WriteAsync(frames, cancel);

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        lane.Complete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Abort() => link.Close(Http3Error.None, "");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    /// <summary>The page has closed the session: nothing more comes, nothing more can be sent.</summary>
    internal void EndSession()
    {
        lane.Reset(Http3Error.SessionGone);
        lane.StopSending(Http3Error.SessionGone);
    }
}
