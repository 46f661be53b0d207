using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// Decides from whom one track is taken: joins a parent, asks a second one beside it when it falls silent, keeps whoever delivers first, and leaves parents that
/// lie, refuse or die. One loop does all of it and never waits for the network; the receive loops of the connections report under the gate and wake it.
/// </summary>
internal sealed class ParentKeeper : IDisposable
{
    private const double LateWeight = 0.1;
    private static readonly TimeSpan GoOverPatience = TimeSpan.FromSeconds(2);

    private readonly TrackKey _track;
    private readonly SubscribingFloor _floor;
    private readonly MeshOptions _options;
    private readonly TrackSubscription _subscription;
    private readonly TrackReceiver _receiver;
    private readonly ITrackSink? _sink;
    private readonly ILogger _log;
    private readonly Lock _gate;
    private readonly ParentChoice _choice;
    private readonly Cadence _cadence;
    private readonly Speculation _speculation;
    private readonly Lateness _lateness;
    private readonly AsyncSignal _wake = new();
    private readonly ITimer _alarm;
    private readonly List<Upstream> _parting = [];
    private Address? _previous;
    private Address[]? _path;
    private Task _closing = Task.CompletedTask;
    private long? _endedAt;
    private Address? _preferred;

    /// <summary>The parents of a subscription. <paramref name="gate"/> guards them and the receiver.</summary>
    public ParentKeeper(TrackSubscription subscription, TrackReceiver receiver, SubscribingFloor floor, ITrackSink? sink, Lock gate, CancellationToken stop)
    {
        _track = subscription.Track;
        _subscription = subscription;
        _receiver = receiver;
        _floor = floor;
        _options = floor.Options;
        _sink = sink;
        _gate = gate;
        _log = _options.Logging.CreateLogger("ClusterCast.Mesh.Subscription");
        _choice = new ParentChoice(_track, sink is not null, floor, _wake.Set, stop);
        _cadence = new Cadence(_options.Time, _options.StallAfter);
        _speculation = new Speculation(_options.Time);
        _lateness = new Lateness(_options.Time);
        _alarm = _options.Time.CreateTimer(_ => _wake.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The parent; null when there is none.</summary>
    public Upstream? Active { get; private set; }

    /// <summary>A second parent that is asked as well, because the first one is silent; null when it is not.</summary>
    public Upstream? Second { get; private set; }

    /// <summary>Whether the run is over, as far as all parents say.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Changes from one parent to another.</summary>
    public int Switches { get; private set; }

    /// <summary>Ends when the sessions with the parents that were left are closed.</summary>
    public Task Settled => _closing;

    private bool IsRelay => _sink is not null;

    /// <summary>Lets the loop look again: time has passed, or something has changed.</summary>
    public void Wake() => _wake.Set();

    /// <summary>A node has announced the track anew.</summary>
    public void OnAnnounced(Address node)
    {
        _choice.Wake(node);
        _wake.Set();
    }

    /// <summary>Asks a connected relay beside the parent, and goes over to it with its first leaf.</summary>
    public void Prefer(Address node)
    {
        lock (_gate)
        {
            _preferred = node;
        }

        _wake.Set();
    }

    /// <summary>Whether frames of a parent are taken. Call under the gate.</summary>
    public bool Listens(Upstream upstream) => (upstream == Active || upstream == Second) && upstream is { Leaving: Leaving.None, IsDoubted: false };

    /// <summary>A parent has delivered a new leaf. Call under the gate.</summary>
    /// <param name="upstream">The parent.</param>
    /// <param name="isPart">Whether a part became complete.</param>
    public void Delivered(Upstream upstream, bool isPart)
    {
        upstream.HeardAt = _options.Time.GetTimestamp();
        if (Second is { } second && (upstream == second || !second.IsPreferred))
        {
            Settle(upstream, second);
        }

        if (!isPart)
        {
            return;
        }

        IsEnded = false;
        _endedAt = null;
        upstream.ProgressAt = upstream.HeardAt;
        _cadence.OnPart(_receiver.NewestTime);
        if (_lateness.IsLate(_receiver.NewestTime, upstream.AskedAt))
        {
            _floor.Scores.Fail(upstream.Node, LateWeight);
        }

        if (!upstream.HasProgress)
        {
            upstream.HasProgress = true;
            _choice.Succeeded(upstream.Node);
            _wake.Set();
        }
    }

    /// <summary>Leaves a parent.</summary>
    public void Leave(Upstream upstream, Leaving leaving, string reason)
    {
        lock (_gate)
        {
            if (upstream.Leaving == Leaving.None)
            {
                upstream.Leaving = leaving;
                upstream.Reason = reason;
            }
        }

        _wake.Set();
    }

    /// <summary>Runs to the end of the subscription. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                Look();
                await _wake.WaitAsync(cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            _log.LogCritical(e, "The subscription to {Track} has failed", _track);
        }
        finally
        {
            foreach (var upstream in new[] { Active, Second }.OfType<Upstream>())
            {
                Depart(upstream);
            }

            DepartParting();
            SetPath(null);
            await _subscription.CompleteAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _alarm.Dispose();

    private void Look()
    {
        DepartParting();
        foreach (var upstream in new[] { Second, Active }.OfType<Upstream>())
        {
            Check(upstream);
            if (upstream.Leaving == Leaving.Doubted && upstream == Active)
            {
                AskAnew(upstream);
            }

            if (upstream.Leaving != Leaving.None)
            {
                Depart(upstream);
            }
        }

        _subscription.Mend(Active?.Peer);
        if (Active is { } active)
        {
            EndIfOver(isLast: false);
            Attend(active);
        }
        else
        {
            Join();
        }
    }

    // Things that no frame tells.
    private void Check(Upstream upstream)
    {
        if (upstream.Leaving != Leaving.None)
        {
            return;
        }

        if (!upstream.IsPush && upstream.Session?.RefusedBecause is { } reason)
        {
            Leave(upstream, Leaving.Unpaid, reason);
        }
        else if (upstream == Second && upstream.Peer.State.Announcements.IsWithdrawn(_track))
        {
            Leave(upstream, Leaving.Spare, "It withdrew the track.");
        }
    }

    private void Join()
    {
        var found = _choice.Find(IsEnded);
        EndIfOver(found.Count == 0);
        if (found.Count == 0)
        {
            SetPath(null);
            _choice.DialCarrier();
        }
        else if (_choice.Choose(found, isUrgent: _previous is not null) is { } candidate)
        {
            if (TryAsk(candidate, out var upstream))
            {
                Become(upstream);
            }

            _wake.Set();
        }
    }

    private void Attend(Upstream active)
    {
        var announce = active.Peer.State.Announcements.Find(_track);
        var silence = _options.Time.GetElapsedTime(active.ProgressAt);
        var isStalled = silence > _options.StallAfter;
        if (active.HasHead)
        {
            // A relay to which nothing comes says so, whether or not it knows a better parent.
            SetPath(isStalled ? null : announce?.Path);
        }

        var others = _choice.Find(IsEnded);
        others.RemoveAll(c => c.Node == active.Node || c.Node == Second?.Node);

        // A relay leaves at once, because it could lie on its own path; for a viewer, what still flows is good enough.
        var isWithdrawn = active.Peer.State.Announcements.IsWithdrawn(_track) && (IsRelay || silence > _options.StallAfter / 4);
        if (isWithdrawn && others.Exists(c => !c.IsWithdrawn))
        {
            Leave(active, Leaving.Withdrawn, "It withdrew the track.");
            return;
        }

        if (others.Count > 0)
        {
            _choice.KeepStandby(others, announce?.Path);
        }
        else if (Second is null)
        {
            _choice.DialCarrier();
        }

        if (!TryGoOver(others))
        {
            Watch(active, others, announce?.Path);
        }
    }

    // Asks a second parent when the first one is silent for longer than the rhythm of the track explains.
    private void Watch(Upstream active, List<Candidate> others, Address[]? path)
    {
        var now = _options.Time.GetTimestamp();
        var (since, patience) = Second is { IsPreferred: true } nearer ? (nearer.AskedAt, GoOverPatience) : Second is { } second ? (second.AskedAt, _speculation.Turn) : (active.HeardAt, _speculation.Patience(_cadence.Alarm));
        var left = patience - _options.Time.GetElapsedTime(since, now);
        if (left > TimeSpan.Zero)
        {
            _alarm.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            return;
        }

        if (Second is { IsPreferred: true } mute)
        {
            Leave(mute, Leaving.Spare, "It was to be the parent and delivered nothing.");
            return;
        }

        if (_choice.ChooseSecond(others, path) is not { } candidate)
        {
            return;
        }

        if (Second is { } tired)
        {
            _speculation.NextTurn();
            Leave(tired, Leaving.Spare, "It is as silent as the parent.");
            Depart(tired);
        }

        _log.LogDebug("{Track}: {Active} is silent, {Second} is asked as well", _track, active.Node, candidate.Node);
        AskAsWell(candidate, isPreferred: false);
    }

    private void AskAsWell(Candidate candidate, bool isPreferred)
    {
        if (TryAsk(candidate, out var upstream))
        {
            lock (_gate)
            {
                upstream.IsPreferred = isPreferred;
                Second = upstream;
            }

            _alarm.Change(_speculation.Turn, Timeout.InfiniteTimeSpan);
            LeaveIfLost(upstream);
        }
    }

    private bool TryGoOver(List<Candidate> others)
    {
        lock (_gate)
        {
            if (Second is not null || _preferred is not { } wish || others.Find(c => c.Node == wish && c is { Peer: not null, IsWithdrawn: false }) is not { } nearer)
            {
                return false;
            }

            _preferred = null;
            AskAsWell(nearer, isPreferred: true);
            return true;
        }
    }

    private bool TryAsk(Candidate candidate, out Upstream upstream)
    {
        var peer = candidate.Peer!;
        Upstream? asked = null;
        lock (_gate)
        {
            if (!peer.State.Inlets.TryAdd(channel => _subscription.InletOf(
                asked = new Upstream(peer, channel, candidate.Node, candidate.IsPush, _options.Time.GetTimestamp()))))
            {
                upstream = null!;
                _choice.Postpone(candidate.Node);
                return false;
            }

            upstream = asked!;
            var (window, parts) = _receiver.Place;
            if (_options.LossProtection == LossProtection.On)
            {
                peer.OpenLane();
            }

            peer.Send(new Subscribe(upstream.Channel, _track.Stream, _track.Track, window, parts));
            if (candidate.IsPush || peer.State.Paying.TryEnter(
                _track.Stream, () => _options.PayingSessions.Open(new PayingContext(candidate.Node, _floor.Book.Find(candidate.Node), _track, peer))))
            {
                return true;
            }

            peer.Send(new Unsubscribe(upstream.Channel));
            peer.State.Inlets.Remove(upstream.Channel);
            _choice.Postpone(candidate.Node);
            return false;
        }
    }

    private void Become(Upstream upstream)
    {
        lock (_gate)
        {
            Active = upstream;
            CountSwitch(upstream);
        }

        LeaveIfLost(upstream);
    }

    private void LeaveIfLost(Upstream upstream)
    {
        if (!upstream.Peer.IsReady)
        {
            Leave(upstream, Leaving.Lost, upstream.Peer.Reason);
        }
    }

    private void CountSwitch(Upstream upstream)
    {
        if (_previous is { } previous && previous != upstream.Node)
        {
            Switches++;
            _floor.Metrics.Switched();
        }

        _previous = upstream.Node;
    }

    // Whoever of the two delivers first stays.
    private void Settle(Upstream winner, Upstream second)
    {
        var loser = winner == second ? Active! : second;
        var heldBack = !second.IsPreferred && _speculation.Settle(winner == second, second.AskedAt);
        if (loser.Leaving == Leaving.None && second.IsPreferred)
        {
            (loser.Leaving, loser.Reason) = (Leaving.Outdone, $"{winner.Node} is nearer.");
        }
        else if (loser.Leaving == Leaving.None)
        {
            loser.Leaving = heldBack ? Leaving.Overtaken : Leaving.Spare;
            loser.Reason = heldBack
                ? $"It was silent for {_options.Time.GetElapsedTime(loser.HeardAt).TotalMilliseconds:0} ms with what {winner.Node} had."
                : $"{winner.Node} delivered first.";
        }

        _parting.Add(loser);
        Active = winner;
        Second = null;
        CountSwitch(winner);
        _wake.Set();
    }

    private void DepartParting()
    {
        Upstream[] parting;
        lock (_gate)
        {
            parting = [.. _parting];
            _parting.Clear();
        }

        foreach (var upstream in parting)
        {
            Depart(upstream);
        }
    }

    // On a new channel before the old one is left: so the session with the parent goes on, and nothing of the old channel is mistaken for the new one's.
    private void AskAnew(Upstream upstream)
    {
        if (TryAsk(new Candidate(upstream.Node, upstream.Peer, null, null, upstream.IsPush, IsWithdrawn: false, 0), out var anew))
        {
            Become(anew);
        }
    }

    private void Depart(Upstream upstream)
    {
        lock (_gate)
        {
            if (upstream.IsDeparted)
            {
                return;
            }

            upstream.IsDeparted = true;
            if (upstream == Active)
            {
                Active = Second;
                Second = null;
                if (Active is { } next)
                {
                    CountSwitch(next);
                }
            }
            else if (upstream == Second)
            {
                Second = null;
            }
        }

        var peer = upstream.Peer;
        peer.State.Inlets.Remove(upstream.Channel);
        peer.Send(new Unsubscribe(upstream.Channel));
        if (!upstream.IsPush)
        {
            _closing = Task.WhenAll(_closing.IsCompleted ? Task.CompletedTask : _closing, peer.State.Paying.LeaveAsync());
        }

        if (upstream.Leaving == Leaving.None)
        {
            return;
        }

        _log.LogInformation("{Track} leaves {Node}: {Reason}", _track, upstream.Node, upstream.Reason);
        _choice.Remember(upstream);
        if (upstream.Leaving == Leaving.Ended)
        {
            _endedAt ??= _options.Time.GetTimestamp();
        }
    }

    // One parent's word is not the end of a run: the others are asked first, for as long as a stall is borne.
    private void EndIfOver(bool isLast)
    {
        lock (_gate)
        {
            if (IsEnded || _endedAt is not { } since || (!isLast && _options.Time.GetElapsedTime(since) < _options.StallAfter))
            {
                return;
            }

            IsEnded = true;
        }

        _sink?.OnEnded();
    }

    private void SetPath(Address[]? parentPath)
    {
        if (_sink is null || (parentPath is null && _path is null) || (parentPath is not null && _path is not null && parentPath.AsSpan().SequenceEqual(_path)))
        {
            return;
        }

        _path = parentPath;
        _sink.OnPath(parentPath);
    }
}
