using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>Whom one subscription asks: who can be asked now, who rests after a disappointment, and a second parent that is kept connected.</summary>
internal sealed class ParentChoice(TrackKey track, bool isRelay, SubscribingFloor floor, Action changed, CancellationToken stop)
{
    private static readonly TimeSpan DefaultRest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SpareRest = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan RefusedRest = TimeSpan.FromSeconds(5);

    private readonly RestingNodes _resting = new(floor.Options.Time);
    private readonly Dictionary<Address, Task> _dialing = [];

    /// <summary>All that can be asked now, best first. After the end of a run only a new announcement is a reason to ask again.</summary>
    public List<Candidate> Find(bool afterEnd)
    {
        var found = floor.Candidates.Find(track, isRelay, _resting.IsResting);
        if (afterEnd)
        {
            found.RemoveAll(c => c.IsWithdrawn);
        }

        return found;
    }

    /// <summary>One of the candidates that is connected; null while the chosen one is dialed.</summary>
    /// <param name="found">The candidates, best first.</param>
    /// <param name="isUrgent">Whether media flowed until now: then whoever is connected is better than whoever is not.</param>
    public Candidate? Choose(List<Candidate> found, bool isUrgent)
    {
        var connected = found.FindAll(c => c.Peer is not null);
        if (isUrgent && connected.Exists(c => !c.IsWithdrawn))
        {
            return floor.Candidates.Choose(connected, isRelay, explores: false);
        }

        if (_dialing.Values.Any(dial => !dial.IsCompleted))
        {
            // What was chosen is on its way; who is connected meanwhile is taken when it does not answer at once.
            return connected.Count > 0 && isUrgent ? floor.Candidates.Choose(connected, isRelay, explores: false) : null;
        }

        // Who is to be dialed first is worth that only when it is better by more than the wait; to learn of a relay, those that are connected are enough.
        var choice = floor.Candidates.Choose(found, isRelay, explores: false);
        choice = choice.Peer is null ? choice : floor.Candidates.Choose(connected, isRelay, explores: true);
        if (choice.Peer is not null)
        {
            return choice;
        }

        Dial(choice);
        if (connected.Count == 0 && found.Find(c => c != choice) is { } other)
        {
            Dial(other);
        }

        return null;
    }

    /// <summary>The connected one that shares least of its way with the parent's; null when none is connected.</summary>
    public Candidate? ChooseSecond(List<Candidate> others, Address[]? path)
    {
        var connected = Apart(others, path).FindAll(c => c is { Peer: not null, IsWithdrawn: false });
        return connected.Count > 0 ? connected[0] : null;
    }

    /// <summary>Connects to a second parent, best one on another way, when none of the others is connected.</summary>
    public void KeepStandby(List<Candidate> others, Address[]? path)
    {
        if (others.TrueForAll(c => c.Peer is null) && _dialing.Values.All(dial => dial.IsCompleted))
        {
            Dial(Apart(others, path)[0]);
        }
    }

    /// <summary>Connects to a relay whose record lists the track: it announces the track once it is connected.</summary>
    public void DialCarrier()
    {
        var carriers = floor.Candidates.Find(track, forRelay: false, _resting.IsResting).FindAll(c => c.Peer is null);
        if (carriers.Count > 0)
        {
            KeepStandby(carriers, path: null);
        }
    }

    /// <summary>There is news of a node.</summary>
    public void Wake(Address node) => _resting.Wake(node);

    /// <summary>A parent has delivered its first part.</summary>
    public void Succeeded(Address node) => _resting.Succeeded(node);

    /// <summary>A node cannot be used at the moment.</summary>
    public void Postpone(Address node) => _resting.Rest(node, DefaultRest);

    /// <summary>Draws the lesson of a parent that was left.</summary>
    public void Remember(Upstream upstream)
    {
        var node = upstream.Node;
        switch (upstream.Leaving)
        {
            case Leaving.Refused:
                floor.Scores.Fail(node, 0.25);
                _resting.Rest(node, upstream.RetryAfterMs is > 0 and var ms ? TimeSpan.FromMilliseconds(Math.Clamp(ms, 100u, 30_000u)) : RefusedRest);
                break;
            case Leaving.Overtaken:
                floor.Scores.Fail(node);
                _resting.Rest(node, RefusedRest);
                break;
            case Leaving.Spare:
                // Only so that the next one has its turn; what it has is as good as before.
                _resting.Rest(node, SpareRest, isFault: false);
                break;
            case Leaving.Doubted:
                break;
            case Leaving.Unpaid:
                _resting.Rest(node, RefusedRest);
                break;
            case Leaving.Ended:
                _resting.Rest(node, DefaultRest);
                break;
            case Leaving.Withdrawn or Leaving.Outdone:
                break;
            default:
                floor.Scores.Fail(node);
                _resting.Rest(node, DefaultRest);
                break;
        }
    }

    // Whoever shares relays with the parent's way fails with it. The sort is stable: among equals the better one stays first.
    private static List<Candidate> Apart(List<Candidate> others, Address[]? path) =>
        path is null ? others : [.. others.OrderBy(c => c.IsWithdrawn).ThenBy(c => c.Path is { } other ? other.Skip(1).Count(path.Contains) : 0)];

    private void Dial(Candidate candidate)
    {
        foreach (var done in _dialing.Where(d => d.Value.IsCompleted).Select(d => d.Key).ToList())
        {
            _dialing.Remove(done);
        }

        if (!_dialing.ContainsKey(candidate.Node))
        {
            _dialing[candidate.Node] = ConnectAsync(candidate);
        }
    }

    private async Task ConnectAsync(Candidate candidate)
    {
        // The caller holds the decision; dialing begins on another thread.
        await Task.Yield();
        try
        {
            await floor.Dial(candidate.Record!, track, stop);
        }
        catch (Exception e) when (e is MeshException or OperationCanceledException)
        {
            if (e is MeshException)
            {
                floor.Scores.Fail(candidate.Node);
            }

            Postpone(candidate.Node);
        }

        changed();
    }
}
