using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Guarding;
using ClusterCast.Mesh.Nat.Measuring;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Mesh.Transports.WebSockets;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>Makes connections, dialed or accepted, and runs them to their end.</summary>
internal sealed class Connector(MeshOptions options, ConnectionTable connections, IPeerHandler handler, ServingFloor serving) : IAsyncDisposable
{
    private const int MaxHandshakes = 256;
    private static readonly TimeSpan RejectBound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DialBound = TimeSpan.FromSeconds(5);

    private readonly QuicFirst _quicFirst = new(options.Time);
    private readonly GuardMetrics _guard = serving.Metrics.Guard;
    private readonly NodeIdentity _own = new(options.NodeKey, options.Role, options.Domains, options.Random);
    private readonly MeasuringBudget _measuring = new(options.Time);
    private readonly SendPump _pump = new();
    private int _handshakes;

    /// <summary>The node's UDP socket, and its certificate.</summary>
    public QuicPort Quic { get; } = new(
        NodeCertificate.Create(options.NodeKey, options.Domains.RelayStaking), options.Domains.RelayStaking, options.Logging);

    /// <summary>A connection to a relay on which this stream may be paid: one that is there, or a new one. Throws as <see cref="DialAsync"/>.</summary>
    public async Task<PeerConnection> DialRelayAsync(RelayRecord record, TrackKey track, CancellationToken cancel)
    {
        if (connections.Ready.FirstOrDefault(peer => peer.Node == record.Node && peer.State.Paying.IsFreeFor(track.Stream)) is { } connected)
        {
            return connected;
        }

        return DialAddress.TryChoose(record, options.DialBy, out var address)
            ? await DialAsync(address, record.Node, cancel)
            : throw new MeshException($"Relay {record.Node} has no address that this node can dial.");
    }

    /// <summary>Dials and shakes hands. Throws <see cref="MeshException"/>, or <see cref="OperationCanceledException"/> when it is cancelled.</summary>
    public async Task<PeerConnection> DialAsync(DialAddress address, Address? expected, CancellationToken cancel)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bound.CancelAfter(DialBound);
        ITransport transport;
        try
        {
            transport = await ReachAsync(address, bound.Token);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new MeshException($"{address.Uri} cannot be reached ({e.Message}): check that the relay runs and that the address is right.", e);
        }

        var peer = Open(transport, dialed: true, expected);
        if (peer is null)
        {
            await transport.DisposeAsync();
            throw new MeshException($"{options.MaxConnections} connections are open: raise the limit.");
        }

        _ = peer.RunAsync();
        try
        {
            await peer.Ready.WaitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            peer.Cut($"{address.Uri} did not finish the handshake.");
            cancel.ThrowIfCancellationRequested();
            throw new MeshException(peer.Reason);
        }

        return peer;
    }

    /// <summary>Whom every way in asks first: at once when a connection comes, before anything is spent on it.</summary>
    public ConnectionGate Gate { get; } = new(options, serving.Metrics.Guard);

    /// <summary>Takes an accepted TCP connection. Never throws.</summary>
    public async Task AcceptAsync(Socket socket, CancellationToken cancel)
    {
        using var pass = Gate.TryEnter(AddressOf(socket));
        if (pass is null || await SecureAsync(socket, cancel) is not { } transport)
        {
            socket.Dispose();
            return;
        }

        await RunAsync(transport, pass);
    }

    /// <summary>Takes an accepted QUIC connection, whose certificate decides before anything else is looked at. Never throws.</summary>
    public async Task AcceptAsync(QuicConnection connection, CancellationToken cancel)
    {
        using var pass = Gate.TryEnter(connection.Remote.Address);
        if (pass is null)
        {
            connection.Close(QuicTransport.Cut, "Too many connections come from this address.");
            return;
        }

        ITransport transport;
        using (var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            bound.CancelAfter(DialBound);
            try
            {
                transport = await QuicTransport.OverAcceptedAsync(connection, options.Domains.RelayStaking, bound.Token);
            }
            catch (Exception e) when (e is IOException or AuthenticationException or CryptographicException or OperationCanceledException)
            {
                (bound.IsCancellationRequested && !cancel.IsCancellationRequested ? _guard.SlowHandshake : _guard.FailedHandshake).Add();
                return;
            }
        }

        await RunAsync(transport, pass);
    }

    /// <summary>Takes an accepted transport and ends with the connection.</summary>
    public async Task AcceptAsync(ITransport transport)
    {
        using var pass = Gate.TryEnter(transport.Seen?.Address);
        await (pass is null ? RejectAsync(transport) : RunAsync(transport, pass));
    }

    /// <summary>Takes an accepted WebSocket and ends with the connection.</summary>
    public async Task AcceptAsync(WebSocket socket, string remote)
    {
        var transport = new WebSocketTransport(socket, remote);
        using var pass = Gate.TryEnter(IPEndPoint.TryParse(remote, out var from) ? from.Address : null);
        if (pass is null)
        {
            await RejectAsync(transport);
            return;
        }

        await RunAsync(transport, pass);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Quic.DisposeAsync();

    /// <summary>Takes any accepted transport and ends with the connection.</summary>
    /// <param name="transport">Owned from now on.</param>
    /// <param name="pass">What <see cref="Gate"/> gave for it; stays the caller's to dispose.</param>
    internal async Task RunAsync(ITransport transport, ConnectionGate.Pass? pass = null)
    {
        if (Open(transport, dialed: false, expected: null) is not { } peer)
        {
            _guard.RefusedAsFull.Add();
            await RejectAsync(transport);
            return;
        }

        var running = peer.RunAsync();
        await Task.WhenAny(peer.Ready, running);
        if (peer.Ready.IsCompletedSuccessfully)
        {
            pass?.Opened();
        }
        else if (!peer.IsSlow)
        {
            _guard.FailedHandshake.Add();
        }

        await running;
    }

    private async Task<ITransport?> SecureAsync(Socket socket, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _handshakes) > MaxHandshakes)
        {
            Interlocked.Decrement(ref _handshakes);
            _guard.RefusedAsFull.Add();
            return null;
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bound.CancelAfter(options.HandshakeWithin);
        try
        {
            return await TlsTransport.AcceptAsync(socket, Quic.Certificate, options.Domains.RelayStaking, bound.Token);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            (bound.IsCancellationRequested && !cancel.IsCancellationRequested ? _guard.SlowHandshake : _guard.FailedHandshake).Add();
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }
    }

    private static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has gone already; the handshake will find out.
            return null;
        }
    }

    private async Task<ITransport> ReachAsync(DialAddress address, CancellationToken cancel)
    {
        switch (address.Kind)
        {
            case EndpointKind.Tls:
                return await ReachTlsAsync(address.Uri, cancel);
            case EndpointKind.WebSocket:
                return await WebSocketTransport.DialAsync(address.Uri, cancel);
            default:
                var (host, port) = (address.Uri.Host, address.Uri.Port);
                return address.Fallback is not { } tls ? await Quic.DialAsync(host, port, cancel)
                    : !Quic.IsUsable ? await ReachTlsAsync(tls, cancel)
                    : await _quicFirst.DialAsync(address.Uri.Authority, stop => Quic.DialAsync(host, port, stop), stop => ReachTlsAsync(tls, stop), cancel);
        }
    }

    private async Task<ITransport> ReachTlsAsync(Uri uri, CancellationToken cancel) =>
        await TlsTransport.DialAsync(uri.Host, uri.Port, Quic.Certificate, options.Domains.RelayStaking, cancel);

    private static async Task RejectAsync(ITransport transport)
    {
        using var bound = new CancellationTokenSource(RejectBound);
        try
        {
            await transport.CompleteAsync(bound.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            transport.Abort();
        }

        await transport.DisposeAsync();
    }

    private PeerConnection? Open(ITransport transport, bool dialed, Address? expected)
    {
        var peer = new PeerConnection(transport, handler, _own, dialed, expected, options, _guard, _pump);
        peer.State = new PeerState(new ServingDesk(peer, serving), new MeasuringDesk(peer, _measuring, options.Time), options.Time);
        return connections.TryAdd(peer, options.MaxConnections) ? peer : null;
    }
}
