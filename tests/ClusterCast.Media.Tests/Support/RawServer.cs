using System.Buffers;
using System.Net;
using System.Net.Sockets;
using ClusterCast.Media.Rtmp.Server;

namespace ClusterCast.Media.Tests.Support;

/// <summary>A server that speaks RTMP until a publisher may publish, and then does with the connection what a test wants.</summary>
public sealed class RawServer : IDisposable
{
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);

    public RawServer(int receiveBuffer = 0)
    {
        if (receiveBuffer > 0) _listener.ReceiveBufferSize = receiveBuffer; // inherited by what it accepts
        _listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        _listener.Listen(16);
    }

    public string Url => $"rtmp://[::1]:{((IPEndPoint)_listener.LocalEndPoint!).Port}/live/";

    public Task<Socket> AcceptAsync(CancellationToken cancel) => _listener.AcceptAsync(cancel).AsTask();

    /// <summary>Takes the next connection to the point where media may flow; <paramref name="greeting"/> gets what it said until then.</summary>
    public async Task<Socket> AcceptPublisherAsync(CancellationToken cancel, List<byte>? greeting = null)
    {
        var socket = await AcceptAsync(cancel);
        using var session = new RtmpSession("live", _ => PublishVerdict.Accepted, TimeProvider.System);
        var received = greeting ?? [];
        var buffer = new byte[4096];
        var at = 0;
        while (session.PublishedKey is null)
        {
            var count = await socket.ReceiveAsync(buffer, cancel);
            if (count == 0) throw new InvalidOperationException("The publisher left.");
            received.AddRange(buffer.AsSpan(0, count));
            var input = new ReadOnlySequence<byte>([.. received], at, received.Count - at);
            var before = input.Length;
            while (session.PublishedKey is null && session.Advance(ref input, out _)) { }
            at += (int)(before - input.Length);
            await socket.SendAsync(session.Output.WrittenMemory, cancel);
            session.Output.ResetWrittenCount();
        }
        return socket;
    }

    public void Dispose() => _listener.Dispose();
}
