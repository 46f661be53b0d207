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
    private readonly ParentPair _pair;
    private Address[]? _path;
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
        _pair = new ParentPair(subscription, receiver, floor, _choice, _speculation, gate, _wake.Set, _log);
        _alarm = _options.Time.CreateTimer(_ => _wake.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The parent; null when there is none.</summary>
    public Upstream? Active => _pair.Active;

    /// <summary>Whether the run is over, as far as all parents say.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Changes from one parent to another.</summary>
    public int Switches => _pair.Switches;

    /// <summary>Ends when the sessions with the parents that were left are closed.</summary>
    public Task Settled => _pair.Settled;

    private Upstream? Second => _pair.Second;

    private bool IsRelay => _sink is not null;

    /// <summary>Lets the loop look again: time has passed, or something has changed.</summary>
    public void Wake() => _wake.Set();

    /// <summary>A node has announced the track anew.</summary>
    public void OnAnnounced(Address node)
    {
        _choice.Wake(node);
        _wake.Set();
    }

    /// <summary>Asks a connected relay beside the parent, and goes over to it with its first head.</summary>
    public void Prefer(Address node)
    {
        lock (_gate)
        {
            _preferred = node;
        }

        _wake.Set();
    }

    /// <summary>Whether frames of a parent are taken. Call under the gate.</summary>
    public bool Listens(Upstream upstream) => _pair.Listens(upstream);

    /// <summary>Leaves a parent.</summary>
    public void Leave(Upstream upstream, Leaving leaving, string reason) => _pair.Leave(upstream, leaving, reason);

    /// <summary>
    /// A parent has shown its first valid head, perhaps one that is known already. Call under the gate. Whoever is preferred takes over with it: behind the old
    /// parent it might never be the first with anything.
    /// </summary>
    public void Shown(Upstream upstream)
    {
        if (upstream == Second && upstream.IsPreferred)
        {
            upstream.HeardAt = _options.Time.GetTimestamp();
            _pair.Settle(upstream, upstream);
        }
    }

    /// <summary>A parent has delivered a new leaf. Call under the gate.</summary>
    /// <param name="upstream">The parent.</param>
    /// <param name="isPart">Whether a part became complete.</param>
    public void Delivered(Upstream upstream, bool isPart)
    {
        upstream.HeardAt = _options.Time.GetTimestamp();
        if (Second is { } second && (upstream == second || !second.IsPreferred))
        {
            _pair.Settle(upstream, second);
        }

        if (!isPart)
        {
            return;
        }

        IsEnded = false;
        _pair.EndedAt = null;
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
                _pair.Depart(upstream);
            }

            _pair.DepartParting();
            SetPath(null);
            await _subscription.CompleteAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _alarm.Dispose();

    private void Look()
    {
        _pair.DepartParting();
        foreach (var upstream in new[] { Second, Active }.OfType<Upstream>())
        {
            Check(upstream);
            if (upstream.Leaving == Leaving.Doubted && upstream == Active)
            {
                _pair.AskAnew(upstream);
            }

            if (upstream.Leaving != Leaving.None)
            {
                _pair.Depart(upstream);
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
        else if (_choice.Choose(found, isUrgent: _pair.HadParent) is { } candidate)
        {
            _pair.Ask(candidate);
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
        var (since, patience) = Second switch
        {
            { IsPreferred: true } nearer => (nearer.AskedAt, GoOverPatience),
            { } second => (second.AskedAt, _speculation.Turn),
            null => (active.HeardAt, _speculation.Patience(_cadence.Alarm)),
        };
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
            _pair.Depart(tired);
        }

        _log.LogDebug("{Track}: {Active} is silent, {Second} is asked as well", _track, active.Node, candidate.Node);
        AskAsWell(candidate, isPreferred: false);
    }

    private void AskAsWell(Candidate candidate, bool isPreferred)
    {
        _pair.AskAsWell(candidate, isPreferred);
        _alarm.Change(_speculation.Turn, Timeout.InfiniteTimeSpan);
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

    // One parent's word is not the end of a run: the others are asked first, for as long as a stall is borne.
    private void EndIfOver(bool isLast)
    {
        lock (_gate)
        {
            if (IsEnded || _pair.EndedAt is not { } since || (!isLast && _options.Time.GetElapsedTime(since) < _options.StallAfter))
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
