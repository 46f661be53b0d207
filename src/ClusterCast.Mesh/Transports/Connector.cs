using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Mesh.Transports.WebSockets;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>Makes connections, dialed or accepted, and runs them to their end.</summary>
internal sealed class Connector(MeshOptions options, ConnectionTable connections, IPeerHandler handler, ServingFloor serving) : IAsyncDisposable
{
    private const int MaxHandshakes = 256;
    private static readonly TimeSpan RejectBound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DialBound = TimeSpan.FromSeconds(5);

    private readonly QuicFirst _quicFirst = new(options.Time);
    private readonly NodeIdentity _own = new(options.NodeKey, options.Role, options.Domains, options.Random);
    private int _handshakes;

    /// <summary>The node's UDP socket, and its certificate.</summary>
    public QuicPort Quic { get; } = new(
        NodeCertificate.Create(options.NodeKey, options.Domains.RelayStaking), options.Domains.RelayStaking, options.Logging);

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

    /// <summary>Takes an accepted TCP connection. Never throws.</summary>
    public async Task AcceptAsync(Socket socket, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _handshakes) > MaxHandshakes)
        {
            Interlocked.Decrement(ref _handshakes);
            socket.Dispose();
            return;
        }

        ITransport transport;
        using (var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            bound.CancelAfter(DialBound);
            try
            {
                transport = await TlsTransport.AcceptAsync(socket, Quic.Certificate, options.Domains.RelayStaking, bound.Token);
            }
            catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException or InvalidOperationException)
            {
                socket.Dispose();
                return;
            }
            finally
            {
                Interlocked.Decrement(ref _handshakes);
            }
        }

        await RunAsync(transport);
    }

    /// <summary>Takes an accepted QUIC connection, whose certificate decides before anything else is looked at. Never throws.</summary>
    public async Task AcceptAsync(QuicConnection connection, CancellationToken cancel)
    {
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
                return;
            }
        }

        await RunAsync(transport);
    }

    /// <summary>Takes an accepted WebSocket and ends with the connection.</summary>
    public Task AcceptAsync(WebSocket socket, string remote) => RunAsync(new WebSocketTransport(socket, remote));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Quic.DisposeAsync();

    /// <summary>Takes any accepted transport and ends with the connection.</summary>
    internal async Task RunAsync(ITransport transport)
    {
        if (Open(transport, dialed: false, expected: null) is { } peer)
        {
            await peer.RunAsync();
        }
        else
        {
            await RejectAsync(transport);
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
        var peer = new PeerConnection(transport, handler, _own, dialed, expected, options);
        peer.State = new PeerState(new ServingDesk(peer, serving));
        return connections.TryAdd(peer, options.MaxConnections) ? peer : null;
    }
}
