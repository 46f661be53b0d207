using System.Net;
using System.Net.WebSockets;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Transports.WebSockets;

/// <summary>A WebSocket (RFC 6455) of either side; each binary message holds whole frames.</summary>
internal sealed class WebSocketTransport(WebSocket socket, string remote) : ITransport
{
    /// <inheritdoc/>
    public string Name => "websocket";

    /// <inheritdoc/>
    public Address? ProvenPeer => null;

    /// <inheritdoc/>
    public string Remote { get; } = remote;

    /// <inheritdoc/>
    public IPEndPoint? Seen { get; } = IPEndPoint.TryParse(remote, out var seen) ? seen : null;

    /// <summary>The dialing side. Throws <see cref="IOException"/>.</summary>
    public static async Task<WebSocketTransport> DialAsync(Uri uri, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(MeshNode.WebSocketProtocol);
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        try
        {
            await socket.ConnectAsync(uri, cancel);
            return new WebSocketTransport(socket, uri.ToString());
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is WebSocketException ? new IOException($"{uri} does not answer as {MeshNode.WebSocketProtocol} ({e.Message}).", e) : e;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, cancel);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return 0;
                }

                if (received.MessageType == WebSocketMessageType.Text)
                {
                    throw new Protocol.Wire.WireException("A WebSocket message is text; binary is expected.");
                }

                if (received.Count > 0)
                {
                    return received.Count;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException)
        {
            throw new IOException($"{Remote} is lost ({e.Message}).", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancel)
    {
        try
        {
            await socket.SendAsync(frames, WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException)
        {
            throw new IOException($"{Remote} is lost ({e.Message}).", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException)
        {
            throw new IOException($"{Remote} is lost ({e.Message}).", e);
        }
    }

    /// <inheritdoc/>
    public void Abort() => socket.Abort();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            socket.Abort();
        }

        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
