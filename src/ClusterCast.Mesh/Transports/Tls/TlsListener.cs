using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Transports.Tls;

/// <summary>Accepts TCP connections and hands each socket on.</summary>
internal sealed class TlsListener : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <summary>Listens at once. Throws <see cref="MeshException"/> when the address cannot be used.</summary>
    public TlsListener(IPEndPoint at, Action<Socket> accepted)
    {
        _socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(at);
            _socket.Listen(512);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new MeshException(
                e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"TCP port {at.Port} on {at.Address} is already in use: stop the other program or choose another port."
                    : $"{at} cannot be listened on ({e.Message}): choose an address of this machine and a port that you may use.",
                e);
        }

        Local = (IPEndPoint)_socket.LocalEndPoint!;
        _loop = Task.Run(() => AcceptLoopAsync(accepted));
    }

    /// <summary>The address that is listened on.</summary>
    public IPEndPoint Local { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptLoopAsync(Action<Socket> accepted)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                accepted(await _socket.AcceptAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A connection that died before it was accepted; out of descriptors is the same and passes when others close.
                await Task.Delay(TimeSpan.FromMilliseconds(20)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
