using System.Net;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Nat.Measuring;
using ClusterCast.Mesh.Relaying;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Examining;

/// <summary>A connection to one relay that only asks: where it sees this node, its clock, the speed of the link, whom else it knows.</summary>
internal sealed class RelayContact : IPeerHandler, IAsyncDisposable
{
    private const int FirstBytes = 256 * 1024;
    private const int MostBytes = 3_500 * 1024;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(3);

    private readonly MeshOptions _options;
    private readonly RecordBook _book;
    private readonly Connector _connector;
    private readonly MeshMetrics _metrics = new(() => default);
    private readonly TaskCompletionSource<IPEndPoint> _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<Measured>? _measured;
    private PeerConnection? _peer;
    private long _padding;
    private long _paddingSince;
    private long _paddingUntil;

    private RelayContact(MeshOptions options, RecordBook book)
    {
        _options = options;
        _book = book;
        _connector = new Connector(options, new ConnectionTable(), this, new ServingFloor(options, new TrackShelf(options), new Admission(0), book, _metrics));
    }

    /// <summary>The relay's node id.</summary>
    public Address Node => _peer!.Node!.Value;

    /// <summary>Where the relay is, as dialed.</summary>
    public IPEndPoint? Remote => _peer!.Seen;

    /// <summary>Dials. Throws <see cref="MeshException"/>.</summary>
    public static async Task<RelayContact> OpenAsync(MeshOptions options, RecordBook book, DialAddress address, Address? expected, CancellationToken cancel)
    {
        var contact = new RelayContact(options, book);
        try
        {
            contact._peer = await contact._connector.DialAsync(address, expected, cancel);
            return contact;
        }
        catch
        {
            await contact.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the relay sees this node; null when it does not say.</summary>
    public async Task<IPEndPoint?> SeenAsync(CancellationToken cancel)
    {
        try
        {
            return await _seen.Task.WaitAsync(ShortPatience, _options.Time, cancel);
        }
        catch (Exception e) when (e is TimeoutException or MeshException)
        {
            return null;
        }
    }

    /// <summary>The relay's clock less this one and the round trip, of the quickest of three answers; null when it does not answer.</summary>
    public async Task<(TimeSpan Offset, TimeSpan RoundTrip)?> ClockAsync(CancellationToken cancel)
    {
        (TimeSpan Offset, TimeSpan RoundTrip)? best = null;
        for (var i = 0; i < 3; i++)
        {
            var began = _options.Time.GetTimestamp();
            var at = _options.Time.GetUtcNow();
            if (await AskAsync(() => _peer!.Send(new Measure(0)), ShortPatience, cancel) is not { } answer)
            {
                break;
            }

            var trip = _options.Time.GetElapsedTime(began);
            if (best is null || trip < best.Value.RoundTrip)
            {
                best = (DateTimeOffset.UnixEpoch.AddMilliseconds(answer.Time) - (at + (trip / 2)), trip);
            }
        }

        return best;
    }

    /// <summary>Mb/s from the relay; null when it does not measure now.</summary>
    public Task<double?> DownlinkAsync(CancellationToken cancel) => MeasureAsync(DownAsync, cancel);

    /// <summary>Mb/s to the relay; null when it does not measure now.</summary>
    public Task<double?> UplinkAsync(CancellationToken cancel) => MeasureAsync(UpAsync, cancel);

    /// <inheritdoc/>
    public void OnReady(PeerConnection peer)
    {
    }

    /// <inheritdoc/>
    public void OnFrame(PeerConnection peer, FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Observed:
                _seen.TrySetResult(Observed.Read(body).Seen.ToEndPoint());
                break;
            case FrameType.Measured:
                _measured?.TrySetResult(Measured.Read(body));
                break;
            case FrameType.Padding:
                // The first frame starts the clock; what it holds came before.
                _paddingUntil = _options.Time.GetTimestamp();
                if (_paddingSince == 0)
                {
                    _paddingSince = _paddingUntil;
                }
                else
                {
                    _padding += Padding.Read(body).Bytes.Length;
                }

                break;
            case FrameType.Record:
                _book.Accept(RelayRecord.Read(body));
                break;
        }
    }

    /// <inheritdoc/>
    public void OnClosed(PeerConnection peer)
    {
        _seen.TrySetException(new MeshException(peer.Reason));
        _ = _seen.Task.Exception;
        _measured?.TrySetException(new MeshException(peer.Reason));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_peer is { } peer)
        {
            peer.Close(GoodbyeCode.ShuttingDown, "All was asked.");
            await peer.Ended;
        }

        await _connector.DisposeAsync();
        _metrics.Dispose();
    }

    // A short measurement sizes a longer one, which also finds the connection's window open.
    private static async Task<double?> MeasureAsync(Func<int, CancellationToken, Task<double?>> measure, CancellationToken cancel)
    {
        if (await measure(FirstBytes, cancel) is not { } first)
        {
            return null;
        }

        var bytes = Math.Clamp(first * 1e6 / 8 * Span.TotalSeconds, FirstBytes, MostBytes);
        return bytes <= FirstBytes ? first : await measure((int)bytes, cancel) ?? first;
    }

    private async Task<double?> DownAsync(int bytes, CancellationToken cancel)
    {
        (_padding, _paddingSince, _paddingUntil) = (0, 0, 0);
        var answer = await AskAsync(() => _peer!.Send(new Measure((uint)bytes)), Patience, cancel);
        return answer is { ByteCount: 0 } || _padding == 0 ? null : Megabits(_padding, _options.Time.GetElapsedTime(_paddingSince, _paddingUntil));
    }

    private async Task<double?> UpAsync(int bytes, CancellationToken cancel)
    {
        PaddingSource? source = null;
        source = new PaddingSource((uint)bytes, _ => _peer!.Remove(source!));
        return await AskAsync(() => _peer!.Add(source), Patience, cancel) switch
        {
            null => Megabits(bytes, Patience),
            { ByteCount: 0 } => null,
            var answer => Megabits(answer.Value.ByteCount, TimeSpan.FromMicroseconds(answer.Value.Micros)),
        };
    }

    private static double Megabits(long bytes, TimeSpan time) => bytes * 8 / Math.Max(time.TotalMicroseconds, 1);

    private async Task<Measured?> AskAsync(Action ask, TimeSpan patience, CancellationToken cancel)
    {
        _measured = new TaskCompletionSource<Measured>(TaskCreationOptions.RunContinuationsAsynchronously);
        ask();
        try
        {
            return await _measured.Task.WaitAsync(patience, _options.Time, cancel);
        }
        catch (Exception e) when (e is TimeoutException or MeshException)
        {
            return null;
        }
    }
}
