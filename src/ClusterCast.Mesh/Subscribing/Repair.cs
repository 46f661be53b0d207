using ClusterCast.Mesh.Fetching;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// Fetches what one subscription has lost, from its parent or from another peer that has it, as long as it can still arrive in time. After two repairs in a row
/// that were not in time it rests: on a link that is too slow for the track, fetching only makes it worse. Called by the subscription's loop.
/// </summary>
internal sealed class Repair(TrackKey track, SubscribingFloor floor, Action<VerifiedWindow> take, Action giveUp, Action changed, CancellationToken stop)
{
    private const int Tries = 2;
    private static readonly TimeSpan RestFor = TimeSpan.FromSeconds(10);

    private Hole? _hole;
    private long _since;
    private int _tries;
    private int _failures;
    private long? _restingSince;
    private Task _fetch = Task.CompletedTask;
    private CancellationTokenSource? _bound;

    private TimeSpan Bound => floor.Options.RepairFor;

    /// <summary>Looks at what is missing now.</summary>
    public void Update(Hole? missing, PeerConnection? parent)
    {
        if (missing is not { } hole)
        {
            _failures = _hole is null ? _failures : 0;
            _hole = null;
            return;
        }

        if (_hole != hole)
        {
            _hole = hole;
            _since = floor.Options.Time.GetTimestamp();
            _tries = 0;
        }

        var isOver = floor.Options.Time.GetElapsedTime(_since) > Bound || IsResting;
        if (!_fetch.IsCompleted)
        {
            if (isOver)
            {
                _bound!.Cancel();
            }
        }
        else if (!isOver && _tries < Tries)
        {
            _tries++;
            _bound?.Dispose();
            _bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _fetch = FetchAsync(hole, parent, _bound.Token);
        }
        else if (hole.Blocks)
        {
            Fail();
            giveUp();
        }
    }

    /// <summary>Ends with the fetch that is under way.</summary>
    public async Task StopAsync()
    {
        await _fetch;
        _bound?.Dispose();
    }

    private bool IsResting => _restingSince is { } since && floor.Options.Time.GetElapsedTime(since) < RestFor;

    private void Fail()
    {
        if (!IsResting && ++_failures >= Tries)
        {
            _failures = 0;
            _restingSince = floor.Options.Time.GetTimestamp();
        }
    }

    private async Task FetchAsync(Hole hole, PeerConnection? parent, CancellationToken cancel)
    {
        try
        {
            var wanted = new Wanted(track, hole.Run, hole.Window, hole.Part, hole.Parts);
            if (await floor.Fetcher.FetchAsync(wanted, parent, mayDial: false, Bound / 2, cancel) is { } window)
            {
                take(window);
            }
            else
            {
                _tries = Tries;
            }
        }
        catch (OperationCanceledException)
        {
            // Too late for it, or the subscription ends.
        }

        changed();
    }
}
