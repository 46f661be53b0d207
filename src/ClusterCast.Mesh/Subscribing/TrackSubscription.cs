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
/// Keeps one track flowing: verifies what its parents send, pays them, and gives it out in order. From whom it is taken is decided by its
/// <see cref="ParentKeeper"/>: when a parent lies, falls silent, refuses or dies, the track goes on at another one without a gap.
/// </summary>
public sealed class TrackSubscription : IAsyncDisposable
{
    private const string Lie = "It sent media that the broadcaster did not sign.";

    private readonly SubscribingFloor _floor;
    private readonly MeshOptions _options;
    private readonly ILogger _log;
    private readonly TrackReceiver _receiver;
    private readonly ParentKeeper _parents;
    private readonly Repair _repair;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Address> _used = [];
    private readonly HashSet<Address> _banned = [];
    private readonly Task _run;
    private long _overhead;
    private long _progressAt;

    internal TrackSubscription(TrackKey track, SubscribingFloor floor, ITrackSink? sink)
    {
        _floor = floor;
        _options = floor.Options;
        _log = _options.Logging.CreateLogger("ClusterCast.Mesh.Subscription");
        _receiver = new TrackReceiver(track, _options.Domains.StreamKeys, floor.Keys, sink, floor.Metrics);
        _progressAt = _options.Time.GetTimestamp();
        Track = track;
        _parents = new ParentKeeper(this, _receiver, floor, sink, _gate, _stop.Token);
        _repair = new Repair(track, floor, TakeFetched, GiveUp, _parents.Wake, _stop.Token);
        _run = Task.Run(() => _parents.RunAsync(_stop.Token));
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
                var active = _parents.Active;
                var state = active switch
                {
                    null => _parents.IsEnded ? SubscriptionState.Ended : SubscriptionState.Searching,
                    { HasProgress: true } => SubscriptionState.Flowing,
                    _ => SubscriptionState.Joining,
                };
                return new SubscriptionStatistics(
                    state, active?.Node, active is { IsPush: false } ? _floor.Book.Find(active.Node)?.Price : null,
                    _receiver.LeavesVerified, _receiver.LeavesRejected, _receiver.VerifiedBytes, _overhead,
                    _receiver.PartsDelivered, _receiver.PartsLost, _receiver.LeavesLost, _receiver.PartsDropped, _parents.Switches, [.. _used], [.. _banned], _receiver.NewestTime);
            }
        }
    }

    /// <summary>Whether the subscription has been stopped.</summary>
    internal bool IsStopped => _run.IsCompleted;

    /// <summary>How long nothing has come.</summary>
    internal TimeSpan Forsaken => _options.Time.GetElapsedTime(Volatile.Read(ref _progressAt));

    /// <summary>Stops taking the track. Ends when the relay has acknowledged the closing ticket, or after 3 s without an answer.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _parents.Settled;
        _parents.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Fetches what is missing. Called by the loop over the parents.</summary>
    internal void Mend(PeerConnection? parent)
    {
        Hole? missing;
        lock (_gate)
        {
            missing = _receiver.Missing;
        }

        _repair.Update(missing, parent);
    }

    /// <summary>No part follows. Called by the loop over the parents at its end.</summary>
    internal async Task CompleteAsync()
    {
        await _repair.StopAsync();
        _receiver.Complete();
    }

    /// <summary>Takes what a parent sends on a channel.</summary>
    internal IInlet InletOf(Upstream upstream) => new Inlet(this, upstream);

    /// <summary>Lets the loop look again: time has passed, or something has changed.</summary>
    internal void Wake() => _parents.Wake();

    /// <summary>Goes over to a connected relay that is nearer, without a gap; where it delivers nothing, the parent stays.</summary>
    internal void Prefer(Address node) => _parents.Prefer(node);

    /// <summary>A node has announced the track anew.</summary>
    internal void OnAnnounced(Address node) => _parents.OnAnnounced(node);

    /// <summary>The connection of a parent has ended.</summary>
    internal void OnLost(Upstream upstream, string reason) => _parents.Leave(upstream, Leaving.Lost, reason);

    /// <summary>A frame of the parent. Throws <see cref="WireException"/>.</summary>
    internal void OnFrame(Upstream upstream, FrameType type, ReadOnlySpan<byte> body)
    {
        Intake intake;
        lock (_gate)
        {
            if (!_parents.Listens(upstream))
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

        if (intake.Doubt is { } doubt)
        {
            _ = ClearUpAsync(upstream, doubt);
        }
    }

    // A head of an unknown key: only the chain tells a liar from a broadcaster with a new key. Until it has answered, nothing is taken from this parent.
    private async Task ClearUpAsync(Upstream upstream, Doubt doubt)
    {
        try
        {
            if (_options.ConfirmKey is { } confirm && await confirm(Track.Stream, doubt.Signer, doubt.TimeMs, _stop.Token))
            {
                _parents.Leave(upstream, Leaving.Doubted, "Its head was signed by a new key; it is asked anew.");
                return;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            _log.LogWarning("Whether {Key} may sign for stream {Stream} is not known: {Cause}", doubt.Signer, Track.Stream, e.Message);
            _parents.Leave(upstream, Leaving.Lost, "Its head was signed by an unknown key, and the chain does not answer.");
            return;
        }

        lock (_gate)
        {
            _receiver.Reject();
            _banned.Add(upstream.Node);
        }

        _parents.Leave(upstream, Leaving.Corrupt, Lie);
        _floor.Convict(doubt.Corruption);
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
                _parents.Leave(upstream, Leaving.Refused, $"It refused: {refused.Reason}");
                break;
            default:
                Ended.Read(body);
                _parents.Leave(upstream, Leaving.Ended, "The run is over.");
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

        if (intake.Verdict == Verdict.Accepted && type == FrameType.Leaf)
        {
            _parents.Delivered(upstream, intake.Progress);
        }

        if (type is FrameType.Part or FrameType.Head && _receiver.Missing is { Blocks: true })
        {
            _parents.Wake();
        }

        if (intake.Progress)
        {
            _progressAt = upstream.ProgressAt;
            if (upstream.IsLaneWorthwhile(_receiver.NewestTime, _receiver.PartsDelivered))
            {
                upstream.Peer.OpenLane();
            }
        }

        if (upstream is { HasHead: true, PathTaken: false })
        {
            upstream.PathTaken = true;
            _parents.Shown(upstream);
            _parents.Wake();
        }

        switch (intake.Verdict)
        {
            case Verdict.Malformed:
                _parents.Leave(upstream, Leaving.Malformed, $"It broke the protocol: {type} does not follow from what it sent before.");
                _floor.Metrics.Guard.UnexpectedFrame.Add();
                upstream.Peer.Close(GoodbyeCode.ProtocolError, $"{type} does not follow from what was sent before.");
                break;
            case Verdict.Corrupt when intake.Doubt is not null:
                upstream.IsDoubted = true;
                break;
            case Verdict.Corrupt:
                _banned.Add(upstream.Node);
                _parents.Leave(upstream, Leaving.Corrupt, Lie);
                break;
            case Verdict.Late when type == FrameType.Init:
                _parents.Leave(upstream, Leaving.Ended, "It serves an older run.");
                break;
            case Verdict.Late when intake.IsRevoked:
                _parents.Leave(upstream, Leaving.Ended, "The run's signing key signed two things for one place and is trusted no longer.");
                break;
        }

        return intake;
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

    private sealed class Inlet(TrackSubscription subscription, Upstream upstream) : IInlet
    {
        public void OnFrame(FrameType type, ReadOnlySpan<byte> body) => subscription.OnFrame(upstream, type, body);

        public void OnLost(string reason) => subscription.OnLost(upstream, reason);
    }
}
