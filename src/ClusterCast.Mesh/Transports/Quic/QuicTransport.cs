using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ClusterCast.Mesh.Transports.Tls;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>A mesh connection on the one bidirectional stream of a QUIC connection; both sides show a certificate that proves their node id.</summary>
internal sealed class QuicTransport : IDatagramTransport, IDirectTransport
{
    /// <summary>Code of the connection's end: all was said.</summary>
    public const ulong Done = 0;

    /// <summary>Code of the connection's end: cut.</summary>
    public const ulong Cut = 1;

    /// <summary>Code of the connection's end: the certificate proves no node.</summary>
    public const ulong Unproven = 2;

    private readonly QuicConnection _connection;
    private readonly QuicStream _stream;

    private QuicTransport(QuicConnection connection, QuicStream stream, Address peer)
    {
        _connection = connection;
        _stream = stream;
        ProvenPeer = peer;
    }

    /// <inheritdoc/>
    public string Name => "quic";

    /// <inheritdoc/>
    public Address? ProvenPeer { get; }

    /// <inheritdoc/>
    public string Remote => $"quic://{_connection.Remote}";

    /// <inheritdoc/>
    public IPEndPoint? Seen => _connection.Remote;

    /// <inheritdoc/>
    public int MaxDatagram => _connection.MaxDatagram;

    /// <inheritdoc/>
    public Action<ReadOnlySpan<byte>>? Datagram
    {
        get => _connection.Datagram;
        set => _connection.Datagram = value;
    }

    /// <inheritdoc/>
    public TimeSpan? RoundTrip => _connection.Statistics.RoundTripNs is var ns and > 0 ? TimeSpan.FromTicks((long)ns / 100) : null;

    /// <inheritdoc/>
    public bool TrySendDatagram(ReadOnlySpan<byte> bytes) => _connection.TrySendDatagram(bytes);

    /// <summary>The dialing side. Throws <see cref="AuthenticationException"/> or <see cref="IOException"/>; then the connection is closed.</summary>
    public static Task<QuicTransport> OverDialedAsync(QuicConnection connection, Eip712Domain relayStaking, CancellationToken cancel) =>
        OverAsync(connection, relayStaking, () => connection.OpenAsync(bidirectional: true, cancel));

    /// <summary>The accepting side. Throws <see cref="AuthenticationException"/> or <see cref="IOException"/>; then the connection is closed.</summary>
    public static Task<QuicTransport> OverAcceptedAsync(QuicConnection connection, Eip712Domain relayStaking, CancellationToken cancel) =>
        OverAsync(connection, relayStaking, async () => await connection.AcceptStreamAsync(cancel) ?? throw new IOException($"{connection.Remote} opened no stream."));

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            return await _stream.ReadAsync(buffer, cancel);
        }
        catch (QuicException e) when (e.Close is { Cause: QuicCloseCause.Peer, Code: Done })
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancel) => _stream.WriteAsync(frames, cancel);

    /// <inheritdoc/>
    public IWriteQueue Queue => _connection.WriteQueue;

    /// <inheritdoc/>
    public bool TrySend(FrameBatch batch)
    {
        if (!_stream.TryReserve(batch.Length, out var notify))
        {
            return false;
        }

        var own = batch.Own;
        var sent = 0;
        foreach (var piece in batch.Shared)
        {
            _stream.Queue(own[sent..piece.At], notify);
            _stream.Queue(piece, notify);
            sent = piece.At;
        }

        _stream.Queue(own[sent..], notify);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        _stream.Complete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Abort() => _connection.Close(Cut, "");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connection.Close(Done, "");
        return ValueTask.CompletedTask;
    }

    private static async Task<QuicTransport> OverAsync(QuicConnection connection, Eip712Domain relayStaking, Func<ValueTask<QuicStream>> first)
    {
        try
        {
            using var certificate = connection.PeerCertificate is { } der ? X509CertificateLoader.LoadCertificate(der) : null;
            if (!NodeCertificate.TryGetNode(certificate, relayStaking, out var peer))
            {
                connection.Close(Unproven, "The certificate proves no node.");
                throw new AuthenticationException($"{connection.Remote} shows a certificate that proves no node.");
            }

            var stream = await first();
            return new QuicTransport(connection, stream, peer);
        }
        catch
        {
            connection.Close(Cut, "");
            throw;
        }
    }
}
