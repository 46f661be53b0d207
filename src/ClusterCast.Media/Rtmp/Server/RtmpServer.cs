using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>Takes publishers over RTMP (Adobe RTMP 1.0): H.264 and AAC, one publisher per publish key at a time.</summary>
public sealed class RtmpServer : IAsyncDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);
    private readonly RtmpServerOptions _options;
    private readonly Channel<RtmpPublication> _publications = Channel.CreateBounded<RtmpPublication>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.Wait });
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<RtmpConnection, Task> _connections = new();
    private readonly Dictionary<string, RtmpConnection> _publishers = [];
    private readonly Lock _gate = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _refused;

    /// <summary>Creates a server; <see cref="Start"/> opens the port.</summary>
    public RtmpServer(RtmpServerOptions options) => _options = options;

    /// <summary>Where the server listens, with the port that the system chose.</summary>
    /// <exception cref="InvalidOperationException">The server is not started.</exception>
    public IPEndPoint EndPoint => _listener?.LocalEndPoint as IPEndPoint ?? throw new InvalidOperationException("The RTMP server is not started.");

    /// <summary>Accepted publishers, in order. Refused ones do not appear, see <see cref="Refused"/>.</summary>
    public ChannelReader<RtmpPublication> Publications => _publications.Reader;

    /// <summary>Publishers that were refused at the door: wrong key, busy key, too many connections.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Opens the port and begins to accept.</summary>
    /// <exception cref="MediaException">The port is in use or may not be opened (<see cref="MediaFault.ListenFailed"/>).</exception>
    public void Start()
    {
        var listener = new Socket(_options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(_options.EndPoint);
            listener.Listen(64);
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            var cause = failure.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"RTMP port {_options.EndPoint.Port} is in use; stop the program that uses it or choose another port",
                SocketError.AccessDenied => $"RTMP port {_options.EndPoint.Port} may not be opened by this user; choose a port from 1024 up",
                SocketError.AddressNotAvailable => $"{_options.EndPoint.Address} is not an address of this machine; choose one that is",
                _ => $"RTMP port {_options.EndPoint.Port} cannot be opened ({failure.SocketErrorCode}); choose another port",
            };
            throw new MediaException(MediaFault.ListenFailed, cause + ".", failure);
        }
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    /// <summary>Closes the port and all connections and waits until they are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        _listener?.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _publications.Writer.TryComplete();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stop.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The peer left before it was accepted, or this process has no file handle left; then a pause helps.
                await Task.Delay(AcceptPause, _options.TimeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            if (_connections.Count >= _options.MaxConnections)
            {
                Interlocked.Increment(ref _refused);
                socket.Dispose();
                continue;
            }
            var connection = new RtmpConnection(socket, _options, Admit, Announce, _stop.Token);
            var begin = new TaskCompletionSource();
            _connections[connection] = ServeAsync(connection, begin.Task);
            begin.SetResult();
        }
    }

    private async Task ServeAsync(RtmpConnection connection, Task begin)
    {
        await begin; // so that the entry exists before the connection can end and remove it
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            Release(connection);
            _connections.TryRemove(connection, out _);
        }
    }

    private PublishVerdict Admit(RtmpConnection connection, string key)
    {
        var verdict = PublishVerdict.WrongKey;
        if (_options.PublishKeyCheck(key))
            lock (_gate) verdict = _publishers.TryAdd(key, connection) ? PublishVerdict.Accepted : PublishVerdict.Busy;
        if (verdict != PublishVerdict.Accepted) Interlocked.Increment(ref _refused);
        return verdict;
    }

    private void Release(RtmpConnection connection)
    {
        lock (_gate)
            foreach (var (key, holder) in _publishers.ToArray())
                if (holder == connection) _publishers.Remove(key);
    }

    private void Announce(RtmpPublication publication)
    {
        if (!_publications.Writer.TryWrite(publication))
            publication.Refuse(new MediaException(MediaFault.LimitExceeded, "Too many publications wait; publish again later."));
    }
}
