using System.Threading.Channels;
using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// Keeps one track flowing: chooses a parent, verifies what it sends, pays it, and goes on at another one, without a gap, when it lies, stalls, refuses or dies.
/// One loop decides; the receive loops of the connections only verify and wake it.
/// </summary>
public sealed class TrackSubscription : IAsyncDisposable
{
    private readonly SubscribingFloor _floor;
    private readonly MeshOptions _options;
    private readonly ITrackSink? _sink;
    private readonly ILogger _log;
    private readonly TrackReceiver _receiver;
    private readonly ParentChoice _choice;
    private readonly Repair _repair;
    private readonly AsyncSignal _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Address> _used = [];
    private readonly HashSet<Address> _banned = [];
    private readonly Task _run;
    private Upstream? _active;
    private Address? _previous;
    private Address[]? _path;
    private Task _leaving = Task.CompletedTask;
    private long _overhead;
    private long _progressAt;
    private int _switches;
    private long? _endedAt;
    private bool _ended;

    internal TrackSubscription(TrackKey track, SubscribingFloor floor, ITrackSink? sink)
    {
        _floor = floor;
        _options = floor.Options;
        _sink = sink;
        _log = _options.Logging.CreateLogger("ClusterCast.Mesh.Subscription");
        _receiver = new TrackReceiver(track, _options.Domains.StreamKeys, floor.Keys, sink, floor.Metrics);
        _choice = new ParentChoice(track, sink is not null, floor, _wake.Set, _stop.Token);
        _repair = new Repair(track, floor, TakeFetched, GiveUp, _wake.Set, _stop.Token);
        _progressAt = _options.Time.GetTimestamp();
        Track = track;
        _run = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>The track.</summary>
    public TrackKey Track { get; }

    /// <summary>Complete, verified parts in order. The reader ends when the subscription is stopped. A reader 1,024 parts behind loses the oldest.</summary>
    public ChannelReader<ReceivedPart> Parts => _receiver.Parts;

    /// <summary>Figures so far.</summary>
    public SubscriptionStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                var state = _active switch
                {
                    null => _ended ? SubscriptionState.Ended : SubscriptionState.Searching,
                    { HasProgress: true } => SubscriptionState.Flowing,
                    _ => SubscriptionState.Joining,
                };
                return new SubscriptionStatistics(
                    state, _active?.Node, _active is { IsPush: false } active ? _floor.Book.Find(active.Node)?.Price : null,
                    _receiver.LeavesVerified, _receiver.LeavesRejected, _receiver.VerifiedBytes, _overhead,
                    _receiver.PartsDelivered, _receiver.PartsLost, _receiver.PartsDropped, _switches, [.. _used], [.. _banned], _receiver.NewestTime);
            }
        }
    }

    /// <summary>Whether the subscription has been stopped.</summary>
    internal bool IsStopped => _run.IsCompleted;

    /// <summary>How long nothing has come.</summary>
    internal TimeSpan Forsaken => _options.Time.GetElapsedTime(Volatile.Read(ref _progressAt));

    private bool IsRelay => _sink is not null;

    /// <summary>Stops taking the track. Ends when the relay has acknowledged the closing ticket, or after 3 s without an answer.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _leaving;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Lets the loop look again: time has passed, or something has changed.</summary>
    internal void Wake() => _wake.Set();

    /// <summary>A node has announced the track anew.</summary>
    internal void OnAnnounced(Address node)
    {
        _choice.Wake(node);
        _wake.Set();
    }

    /// <summary>The connection of a parent has ended.</summary>
    internal void OnLost(Upstream upstream, string reason) => Leave(upstream, Leaving.Lost, reason);

    /// <summary>A frame of the parent. Throws <see cref="WireException"/>.</summary>
    internal void OnFrame(Upstream upstream, FrameType type, ReadOnlySpan<byte> body)
    {
        Intake intake;
        lock (_gate)
        {
            if (upstream != _active || upstream.Leaving != Leaving.None)
            {
                return;
            }

            intake = type is FrameType.Subscribed or FrameType.Refused or FrameType.Ended
                ? TakeAnswer(upstream, type, body)
                : TakeMedia(upstream, type, body);
        }

        if (intake.Corruption is { } corruption)
        {
            _floor.Convict(corruption);
        }

        if (intake.Offence is { } offence)
        {
            _floor.Report(offence);
        }
    }

    private Intake TakeAnswer(Upstream upstream, FrameType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case FrameType.Subscribed:
                // The place is one of another run: ask for the newest window of this one instead.
                var subscribed = Subscribed.Read(body);
                if (_receiver.Run != 0 && subscribed.Run > _receiver.Run && _receiver.Place.Window != 0 && !upstream.AskedAnew)
                {
                    upstream.AskedAnew = true;
                    upstream.Peer.Send(new Subscribe(upstream.Channel, Track.Stream, Track.Track, 0, 0));
                }

                break;
            case FrameType.Refused:
                var refused = Refused.Read(body);
                upstream.RetryAfterMs = refused.RetryAfterMs;
                Leave(upstream, Leaving.Refused, $"It refused: {refused.Reason}");
                break;
            default:
                Ended.Read(body);
                Leave(upstream, Leaving.Ended, "The run is over.");
                break;
        }

        return default;
    }

    private Intake TakeMedia(Upstream upstream, FrameType type, ReadOnlySpan<byte> body)
    {
        var verified = _receiver.VerifiedBytes;
        var intake = _receiver.Take(upstream, type, body);
        _overhead += Varint.Size(body.Length) + 1 + body.Length - (_receiver.VerifiedBytes - verified);
        if (intake.Verdict == Verdict.Accepted && type == FrameType.Leaf && _used.Add(upstream.Node))
        {
            _log.LogDebug("{Track} now comes from {Node} as well", Track, upstream.Node);
        }

        var session = upstream.Session;
        if (intake.CountedBytes > 0)
        {
            session?.OnVerified(intake.CountedBytes);
        }

        if (intake.Closed is { } last)
        {
            session?.OnWindowClosed(last);
        }

        if (type is FrameType.Part or FrameType.Head && _receiver.Missing is { Blocks: true })
        {
            _wake.Set();
        }

        if (intake.Progress)
        {
            _ended = false;
            _endedAt = null;
            upstream.ProgressAt = _progressAt = _options.Time.GetTimestamp();
            if (!upstream.HasProgress)
            {
                upstream.HasProgress = true;
                _choice.Succeeded(upstream.Node);
            }
        }

        if (upstream is { HasHead: true, PathTaken: false })
        {
            upstream.PathTaken = true;
            _wake.Set();
        }

        switch (intake.Verdict)
        {
            case Verdict.Malformed:
                Leave(upstream, Leaving.Malformed, $"It broke the protocol: {type} does not follow from what it sent before.");
                _floor.Metrics.Guard.UnexpectedFrame.Add();
                upstream.Peer.Close(GoodbyeCode.ProtocolError, $"{type} does not follow from what was sent before.");
                break;
            case Verdict.Corrupt:
                _banned.Add(upstream.Node);
                Leave(upstream, Leaving.Corrupt, "It sent media that the broadcaster did not sign.");
                break;
            case Verdict.Late when type == FrameType.Init:
                Leave(upstream, Leaving.Ended, "It serves an older run.");
                break;
            case Verdict.Late when intake.IsRevoked:
                Leave(upstream, Leaving.Ended, "The run's signing key signed two things for one place and is trusted no longer.");
                break;
        }

        return intake;
    }

    private void Leave(Upstream upstream, Leaving leaving, string reason)
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

    private async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                var found = _choice.Find(_ended);
                EndIfOver(found.Count == 0);
                if (found.Count == 0)
                {
                    SetPath(null);
                    Mend(parent: null);
                    _choice.DialCarrier();
                    await _wake.WaitAsync(cancel);
                    continue;
                }

                var candidate = _choice.Choose(found);
                if (await JoinAsync(candidate, cancel) is { } upstream)
                {
                    await FollowAsync(upstream, cancel);
                    Depart(upstream);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            _log.LogCritical(e, "The subscription to {Track} has failed", Track);
        }
        finally
        {
            if (_active is { } last)
            {
                Depart(last);
            }

            SetPath(null);
            await _repair.StopAsync();
            _receiver.Complete();
        }
    }

    private async Task<Upstream?> JoinAsync(Candidate candidate, CancellationToken cancel)
    {
        var peer = candidate.Peer;
        try
        {
            peer ??= await _floor.Dial(candidate.Record!, Track, cancel);
        }
        catch (MeshException e)
        {
            _log.LogInformation("Relay {Node} cannot be reached: {Cause}", candidate.Node, e.Message);
            _floor.Scores.Fail(candidate.Node);
            _choice.Postpone(candidate.Node);
            return null;
        }

        lock (_gate)
        {
            Upstream? upstream = null;
            if (!peer.State.Inlets.TryAdd(channel => new Inlet(
                this, upstream = new Upstream(peer, channel, candidate.Node, candidate.IsPush, _options.Time.GetTimestamp()))))
            {
                _choice.Postpone(candidate.Node);
                return null;
            }

            var (window, parts) = _receiver.Place;
            peer.Send(new Subscribe(upstream!.Channel, Track.Stream, Track.Track, window, parts));
            if (!candidate.IsPush && !peer.State.Paying.TryEnter(
                Track.Stream, () => _options.PayingSessions.Open(new PayingContext(candidate.Node, _floor.Book.Find(candidate.Node), Track, peer))))
            {
                peer.Send(new Unsubscribe(upstream.Channel));
                peer.State.Inlets.Remove(upstream.Channel);
                _choice.Postpone(candidate.Node);
                return null;
            }

            _active = upstream;
            if (_previous is { } previous && previous != candidate.Node)
            {
                _switches++;
                _floor.Metrics.Switched();
            }

            _previous = candidate.Node;
        }

        if (!peer.IsReady)
        {
            Leave(_active, Leaving.Lost, peer.Reason);
        }

        return _active;
    }

    private async Task FollowAsync(Upstream upstream, CancellationToken cancel)
    {
        while (true)
        {
            if (upstream.Leaving == Leaving.None)
            {
                EndIfOver(isLast: false);
                Check(upstream);
            }

            if (upstream.Leaving != Leaving.None)
            {
                return;
            }

            await _wake.WaitAsync(cancel);
        }
    }

    private void Mend(PeerConnection? parent)
    {
        Hole? missing;
        lock (_gate)
        {
            missing = _receiver.Missing;
        }

        _repair.Update(missing, parent);
    }

    private void TakeFetched(VerifiedWindow window)
    {
        lock (_gate)
        {
            _receiver.TakeFetched(window);
        }
    }

    private void GiveUp()
    {
        lock (_gate)
        {
            _receiver.GiveUp();
        }
    }

    // Things that no frame tells: a stall, a withdrawn announcement, an unwilling purse, and whether a second parent is at hand.
    private void Check(Upstream upstream)
    {
        if (!upstream.IsPush && upstream.Session?.RefusedBecause is { } reason)
        {
            Leave(upstream, Leaving.Unpaid, reason);
            return;
        }

        Mend(upstream.Peer);
        var announce = upstream.Peer.State.Announcements.Find(Track);
        var isWithdrawn = upstream.Peer.State.Announcements.IsWithdrawn(Track);
        var patience = _choice.Patience;
        var isStalled = _options.Time.GetElapsedTime(upstream.ProgressAt) > patience;
        if (upstream.HasHead)
        {
            // A relay to which nothing comes says so, whether or not it knows a better parent.
            SetPath(isStalled ? null : announce?.Path);
        }

        var others = _choice.Find(_ended);
        others.RemoveAll(c => c.Node == upstream.Node);
        // A relay leaves at once, because it could lie on its own path; for a viewer, what still flows is good enough.
        isWithdrawn &= IsRelay || _options.Time.GetElapsedTime(upstream.ProgressAt) > patience / 4;
        if (isWithdrawn && others.Exists(c => !c.IsWithdrawn))
        {
            Leave(upstream, Leaving.Withdrawn, "It withdrew the track.");
        }
        else if (others.Count > 0 && isStalled)
        {
            Leave(upstream, Leaving.Stalled, $"No part came for {patience.TotalSeconds} s.");
        }
        else if (upstream.HasProgress && others.Count > 0)
        {
            _choice.KeepStandby(others);
        }
        else if (others.Count == 0)
        {
            _choice.DialCarrier();
        }
    }

    private void Depart(Upstream upstream)
    {
        lock (_gate)
        {
            _active = null;
        }

        var peer = upstream.Peer;
        peer.State.Inlets.Remove(upstream.Channel);
        peer.Send(new Unsubscribe(upstream.Channel));
        if (!upstream.IsPush)
        {
            _leaving = Task.WhenAll(_leaving.IsCompleted ? Task.CompletedTask : _leaving, peer.State.Paying.LeaveAsync());
        }

        if (upstream.Leaving == Leaving.None)
        {
            return;
        }

        _log.LogInformation("{Track} leaves {Node}: {Reason}", Track, upstream.Node, upstream.Reason);
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
            if (_ended || _endedAt is not { } since || (!isLast && _options.Time.GetElapsedTime(since) < _options.StallAfter))
            {
                return;
            }

            _ended = true;
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

    private sealed class Inlet(TrackSubscription subscription, Upstream upstream) : IInlet
    {
        public void OnFrame(FrameType type, ReadOnlySpan<byte> body) => subscription.OnFrame(upstream, type, body);

        public void OnLost(string reason) => subscription.OnLost(upstream, reason);
    }
}
