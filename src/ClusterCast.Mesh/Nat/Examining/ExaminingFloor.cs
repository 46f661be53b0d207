using System.Collections.Concurrent;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Examining;

/// <summary>What all contacts of an examination share: one connector, and so one UDP socket whose address the relays compare; and the records that they tell.</summary>
internal sealed class ExaminingFloor : IPeerHandler, IAsyncDisposable
{
    private readonly MeshOptions _options;
    private readonly MeshMetrics _metrics = new(() => default, () => []);
    private readonly Connector _connector;

    // A relay's first frames may come before its dialer is back.
    private readonly ConcurrentDictionary<PeerConnection, RelayContact> _contacts = [];

    /// <summary>Nothing is dialed yet.</summary>
    public ExaminingFloor(MeshOptions options)
    {
        _options = options;
        Book = new RecordBook(options.Domains.RelayStaking, options.Time, options.Random);
        _connector = new Connector(options, new ConnectionTable(), this, new ServingFloor(options, new TrackShelf(options), new Admission(0, options.MaxEgress, options.MaxSendDelay), Book, _metrics));
    }

    /// <summary>The relays that are heard of.</summary>
    public RecordBook Book { get; }

    /// <summary>Dials. Throws <see cref="MeshException"/>.</summary>
    public async Task<RelayContact> OpenAsync(DialAddress address, Address? expected, CancellationToken cancel) =>
        Of(await _connector.DialAsync(address, expected, cancel));

    /// <inheritdoc/>
    public void OnReady(PeerConnection peer)
    {
    }

    /// <inheritdoc/>
    public void OnFrame(PeerConnection peer, FrameType type, ReadOnlySpan<byte> body)
    {
        if (type == FrameType.Record)
        {
            Book.Accept(RelayRecord.Read(body));
        }
        else
        {
            Of(peer).OnFrame(type, body);
        }
    }

    /// <inheritdoc/>
    public void OnClosed(PeerConnection peer)
    {
        if (_contacts.TryRemove(peer, out var contact))
        {
            contact.OnClosed();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var contact in _contacts.Values)
        {
            await contact.DisposeAsync();
        }

        await _connector.DisposeAsync();
        _metrics.Dispose();
    }

    private RelayContact Of(PeerConnection peer) => _contacts.GetOrAdd(peer, added => new RelayContact(added, _options.Time));
}
