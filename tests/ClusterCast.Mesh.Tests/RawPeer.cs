using System.Net.WebSockets;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests;

/// <summary>A frame as it came.</summary>
internal sealed record RawFrame(FrameType Type, byte[] Body);

/// <summary>A browser's end of a WebSocket, frame by frame, written without the code that is tested.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private byte[] _rest = [];

    public static async Task<RawPeer> Connect(Uri url)
    {
        var peer = new RawPeer();
        peer._socket.Options.AddSubProtocol(MeshNode.WebSocketProtocol);
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        await peer._socket.ConnectAsync(url, bound.Token);
        return peer;
    }

    /// <summary>Connects and shakes hands.</summary>
    public static async Task<RawPeer> Join(Uri url)
    {
        var peer = await Connect(url);
        await peer.Send(new Hello(1, PeerRole.Viewer, MeshWorld.Domains.RelayStaking.ChainId, Hash32.Zero));
        await peer.Read(FrameType.Welcome);
        return peer;
    }

    public Task Send<T>(T message)
        where T : IMessage => Send(Frame.Encode(message));

    public async Task Send(byte[] bytes)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        await _socket.SendAsync(bytes, WebSocketMessageType.Binary, true, bound.Token);
    }

    public async Task SendText(string text)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, bound.Token);
    }

    /// <summary>The next frame; null when the connection has ended.</summary>
    public async Task<RawFrame?> Read()
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        while (true)
        {
            if (Frame.TryRead(_rest, out var type, out var header, out var length))
            {
                var body = _rest.AsSpan(header, length).ToArray();
                _rest = _rest[(header + length)..];
                return new RawFrame(type, body);
            }

            var buffer = new byte[64 * 1024];
            var received = default(WebSocketReceiveResult);
            try
            {
                received = await _socket.ReceiveAsync(buffer, bound.Token);
            }
            catch (WebSocketException)
            {
                return null;
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            _rest = [.. _rest, .. buffer.AsSpan(0, received.Count)];
        }
    }

    /// <summary>The next frame that is neither ping, observation nor gossip.</summary>
    public async Task<RawFrame?> ReadSubscription()
    {
        while (true)
        {
            var frame = await Read();
            Assert.False(frame?.Type == FrameType.Goodbye, frame?.Type == FrameType.Goodbye ? Goodbye.Read(frame.Body).Reason : "");
            if (frame is null || frame.Type is not (FrameType.Ping or FrameType.Pong or FrameType.Observed or FrameType.Load or FrameType.Record or FrameType.Announce or FrameType.Withdraw))
            {
                return frame;
            }
        }
    }

    /// <summary>Reads up to a frame of this type.</summary>
    public async Task<RawFrame> Read(FrameType type)
    {
        while (true)
        {
            var frame = await Read();
            Assert.True(frame is not null, $"The connection ended before {type}.");
            if (frame.Type == type)
            {
                return frame;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
