using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>Passes datagrams between one client and a server; it can swallow them, look at them, and change the address that the server sees.</summary>
internal sealed class UdpProxy : IAsyncDisposable
{
    private readonly Socket _front = Bind();
    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private Socket _back = Bind();
    private EndPoint? _client;

    public UdpProxy(IPEndPoint server)
    {
        _server = server;
        _loops.Add(Task.Run(ForwardAsync));
        _loops.Add(Task.Run(() => ReturnAsync(_back)));
    }

    public IPEndPoint Local => (IPEndPoint)_front.LocalEndPoint!;

    /// <summary>Nothing passes to the server.</summary>
    public bool SwallowForward { get; set; }

    /// <summary>Datagrams to the server that were swallowed.</summary>
    public int Swallowed { get; private set; }

    /// <summary>Nothing passes to the client.</summary>
    public bool SwallowReturn { get; set; }

    /// <summary>Sees each datagram to the server, and may send more through <see cref="InjectAsync"/>.</summary>
    public Func<byte[], Task>? Seen { get; set; }

    /// <summary>From now on the server sees another address.</summary>
    public IPEndPoint Rebind()
    {
        // The old socket stays open until the end, as a NAT that has forgotten a mapping would not refuse its packets either.
        var fresh = Bind();
        _loops.Add(Task.Run(() => ReturnAsync(fresh)));
        _back = fresh;
        return (IPEndPoint)fresh.LocalEndPoint!;
    }

    public Task InjectAsync(byte[] datagram) => _back.SendToAsync(datagram, _server);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _front.Dispose();
        _back.Dispose();
        await Task.WhenAll(_loops);
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task ForwardAsync()
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var received = await _front.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                _client = received.RemoteEndPoint;
                var datagram = buffer[..received.ReceivedBytes];
                if (SwallowForward)
                {
                    Swallowed++;
                    continue;
                }

                await _back.SendToAsync(datagram, _server);
                if (Seen is { } seen)
                {
                    await seen(datagram);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Over.
        }
    }

    private async Task ReturnAsync(Socket back)
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var received = await back.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (back == _back && !SwallowReturn && _client is { } client)
                {
                    await _front.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), client);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Over.
        }
    }
}
