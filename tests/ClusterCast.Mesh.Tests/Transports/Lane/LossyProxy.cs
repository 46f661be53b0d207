using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>A UDP way to a server for any number of clients that loses datagrams in both directions, by one seeded generator.</summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private readonly Socket _front = Bind();
    private readonly ConcurrentDictionary<EndPoint, Socket> _clients = new();
    private readonly ConcurrentBag<Task> _loops = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Random _random;
    private readonly double _loss;
    private readonly IPEndPoint _server;
    private int _lost;

    public LossyProxy(IPEndPoint server, double loss, int seed)
    {
        _server = server;
        _loss = loss;
        _random = new Random(seed);
        _loops.Add(Task.Run(ForwardAsync));
    }

    public IPEndPoint Local => (IPEndPoint)_front.LocalEndPoint!;

    /// <summary>Datagrams that were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _front.Dispose();
        foreach (var socket in _clients.Values)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_loops);
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private bool Loses()
    {
        lock (_random)
        {
            var loses = _random.NextDouble() < _loss;
            _lost += loses ? 1 : 0;
            return loses;
        }
    }

    private Task ForwardAsync() => PassAsync(_front, (from, datagram) => ClientOf(from).SendToAsync(datagram, _server));

    private Socket ClientOf(EndPoint client) => _clients.GetOrAdd(client, _ =>
    {
        var back = Bind();
        _loops.Add(Task.Run(() => PassAsync(back, (_, datagram) => _front.SendToAsync(datagram, client))));
        return back;
    });

    private async Task PassAsync(Socket from, Func<EndPoint, ArraySegment<byte>, Task<int>> send)
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var received = await from.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (!Loses())
                {
                    await send(received.RemoteEndPoint, new ArraySegment<byte>(buffer, 0, received.ReceivedBytes));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Over.
        }
    }
}
