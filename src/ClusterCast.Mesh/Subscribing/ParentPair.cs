using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// The parent of one subscription and the second one that is asked beside it: how they are asked, how one takes the place of the other, and how they are left.
/// Whom and when is decided by <see cref="ParentKeeper"/>.
/// </summary>
/// <param name="subscription">Takes what they send.</param>
/// <param name="receiver">Tells where to resume.</param>
/// <param name="floor">What all subscriptions share.</param>
/// <param name="choice">Draws the lesson of each that is left.</param>
/// <param name="speculation">Learns from who delivers first.</param>
/// <param name="gate">Guards the pair and the receiver.</param>
/// <param name="changed">Lets the keeper look again.</param>
/// <param name="log">For people.</param>
internal sealed class ParentPair(
    TrackSubscription subscription, TrackReceiver receiver, SubscribingFloor floor, ParentChoice choice, Speculation speculation, Lock gate, Action changed, ILogger log)
{
    private readonly TrackKey _track = subscription.Track;
    private readonly MeshOptions _options = floor.Options;
    private readonly List<Upstream> _parting = [];
    private Address? _previous;

    /// <summary>The parent; null when there is none.</summary>
    public Upstream? Active { get; private set; }

    /// <summary>A second parent that is asked as well; null when none is.</summary>
    public Upstream? Second { get; private set; }

    /// <summary>Changes from one parent to another.</summary>
    public int Switches { get; private set; }

    /// <summary>Whether there has ever been a parent.</summary>
    public bool HadParent => _previous is not null;

    /// <summary>Since when a parent has said that the run is over, as a timestamp; null while none has since the last part.</summary>
    public long? EndedAt { get; set; }

    /// <summary>Ends when the sessions with the parents that were left are closed.</summary>
    public Task Settled { get; private set; } = Task.CompletedTask;

    /// <summary>Whether frames of a parent are taken. Call under the gate.</summary>
    public bool Listens(Upstream upstream) => (upstream == Active || upstream == Second) && upstream is { Leaving: Leaving.None, IsDoubted: false };

    /// <summary>Asks a candidate as the parent.</summary>
    public void Ask(Candidate candidate)
    {
        if (TryAsk(candidate, out var upstream))
        {
            Become(upstream);
        }
    }

    /// <summary>Asks a candidate beside the parent.</summary>
    /// <param name="candidate">Whom.</param>
    /// <param name="isPreferred">Whether it is to become the parent as soon as it delivers.</param>
    public void AskAsWell(Candidate candidate, bool isPreferred)
    {
        if (TryAsk(candidate, out var upstream))
        {
            lock (gate)
            {
                upstream.IsPreferred = isPreferred;
                Second = upstream;
            }

            LeaveIfLost(upstream);
        }
    }

    /// <summary>
    /// Asks the parent once more, on a new channel before the old one is left: so the session with it goes on, and nothing of the old channel is mistaken for the
    /// new one's.
    /// </summary>
    public void AskAnew(Upstream upstream)
    {
        if (TryAsk(new Candidate(upstream.Node, upstream.Peer, null, null, upstream.IsPush, IsWithdrawn: false, 0), out var anew))
        {
            Become(anew);
        }
    }

    /// <summary>One of the two has delivered: whoever does first stays. Call under the gate.</summary>
    public void Settle(Upstream winner, Upstream second)
    {
        var loser = winner == second ? Active! : second;
        var heldBack = !second.IsPreferred && speculation.Settle(winner == second, second.AskedAt);
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
        changed();
    }

    /// <summary>Leaves a parent.</summary>
    public void Leave(Upstream upstream, Leaving leaving, string reason)
    {
        lock (gate)
        {
            if (upstream.Leaving == Leaving.None)
            {
                upstream.Leaving = leaving;
                upstream.Reason = reason;
            }
        }

        changed();
    }

    /// <summary>Lets go of those that lost their place.</summary>
    public void DepartParting()
    {
        Upstream[] parting;
        lock (gate)
        {
            parting = [.. _parting];
            _parting.Clear();
        }

        foreach (var upstream in parting)
        {
            Depart(upstream);
        }
    }

    /// <summary>Lets go of a parent; the second one takes its place.</summary>
    public void Depart(Upstream upstream)
    {
        lock (gate)
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
            Settled = Task.WhenAll(Settled.IsCompleted ? Task.CompletedTask : Settled, peer.State.Paying.LeaveAsync());
        }

        if (upstream.Leaving == Leaving.None)
        {
            return;
        }

        log.LogInformation("{Track} leaves {Node}: {Reason}", _track, upstream.Node, upstream.Reason);
        choice.Remember(upstream);
        if (upstream.Leaving == Leaving.Ended)
        {
            EndedAt ??= _options.Time.GetTimestamp();
        }
    }

    private bool TryAsk(Candidate candidate, out Upstream upstream)
    {
        var peer = candidate.Peer!;
        Upstream? asked = null;
        lock (gate)
        {
            if (!peer.State.Inlets.TryAdd(channel => subscription.InletOf(
                asked = new Upstream(peer, channel, candidate.Node, candidate.IsPush, _options.Time.GetTimestamp()))))
            {
                upstream = null!;
                choice.Postpone(candidate.Node);
                return false;
            }

            upstream = asked!;
            var (window, parts) = receiver.Place;
            if (_options.LossProtection == LossProtection.On)
            {
                peer.OpenLane();
            }

            peer.Send(new Subscribe(upstream.Channel, _track.Stream, _track.Track, window, parts));
            if (candidate.IsPush || peer.State.Paying.TryEnter(
                _track.Stream, () => _options.PayingSessions.Open(new PayingContext(candidate.Node, floor.Book.Find(candidate.Node), _track, peer))))
            {
                return true;
            }

            peer.Send(new Unsubscribe(upstream.Channel));
            peer.State.Inlets.Remove(upstream.Channel);
            choice.Postpone(candidate.Node);
            return false;
        }
    }

    private void Become(Upstream upstream)
    {
        lock (gate)
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
            floor.Metrics.Switched();
        }

        _previous = upstream.Node;
    }
}
