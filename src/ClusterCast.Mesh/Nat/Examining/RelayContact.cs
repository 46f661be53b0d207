using System.Net;
using ClusterCast.Mesh.Nat.Measuring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Examining;

/// <summary>A connection to one relay that only asks: where it sees this node, its clock, the speed of the link, whom else it knows.</summary>
internal sealed class RelayContact(PeerConnection peer, TimeProvider time) : IAsyncDisposable
{
    private const int FirstBytes = 256 * 1024;
    private const int MostBytes = 3_500 * 1024;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource<IPEndPoint> _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<Measured>? _measured;
    private long _padding;
    private long _paddingSince;
    private long _paddingUntil;

    /// <summary>The relay's node id.</summary>
    public Address Node => peer.Node!.Value;

    /// <summary>Where the relay is, as dialed.</summary>
    public IPEndPoint? Remote => peer.Seen;

    /// <summary>Where the relay sees this node; null when it does not say.</summary>
    public async Task<IPEndPoint?> SeenAsync(CancellationToken cancel)
    {
        try
        {
            return await _seen.Task.WaitAsync(ShortPatience, time, cancel);
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
            var began = time.GetTimestamp();
            var at = time.GetUtcNow();
            if (await AskAsync(() => peer.Send(new Measure(0)), ShortPatience, cancel) is not { } answer)
            {
                break;
            }

            var trip = time.GetElapsedTime(began);
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

    /// <summary>A frame of the relay.</summary>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
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
                _paddingUntil = time.GetTimestamp();
                if (_paddingSince == 0)
                {
                    _paddingSince = _paddingUntil;
                }
                else
                {
                    _padding += Padding.Read(body).Bytes.Length;
                }

                break;
        }
    }

    /// <summary>The connection has ended.</summary>
    public void OnClosed()
    {
        _seen.TrySetException(new MeshException(peer.Reason));
        _ = _seen.Task.Exception;
        _measured?.TrySetException(new MeshException(peer.Reason));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        peer.Close(GoodbyeCode.ShuttingDown, "All was asked.");
        await peer.Ended;
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
        var answer = await AskAsync(() => peer.Send(new Measure((uint)bytes)), Patience, cancel);
        return answer is { ByteCount: 0 } || _padding == 0 ? null : Megabits(_padding, time.GetElapsedTime(_paddingSince, _paddingUntil));
    }

    private async Task<double?> UpAsync(int bytes, CancellationToken cancel)
    {
        PaddingSource? source = null;
        source = new PaddingSource((uint)bytes, _ => peer.Remove(source!));
        return await AskAsync(() => peer.Add(source), Patience, cancel) switch
        {
            null => Megabits(bytes, Patience),
            { ByteCount: 0 } => null,
            var answer => Megabits(answer.Value.ByteCount, TimeSpan.FromMicroseconds(answer.Value.Micros)),
        };
    }

    private static double Megabits(long bytes, TimeSpan span) => bytes * 8 / Math.Max(span.TotalMicroseconds, 1);

    private async Task<Measured?> AskAsync(Action ask, TimeSpan patience, CancellationToken cancel)
    {
        _measured = new TaskCompletionSource<Measured>(TaskCreationOptions.RunContinuationsAsynchronously);
        ask();
        try
        {
            return await _measured.Task.WaitAsync(patience, time, cancel);
        }
        catch (Exception e) when (e is TimeoutException or MeshException)
        {
            return null;
        }
    }
}
