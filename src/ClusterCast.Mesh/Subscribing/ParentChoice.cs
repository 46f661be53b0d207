using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>Whom one subscription asks: who can be asked now, who rests after a disappointment, and a second parent that is kept connected.</summary>
internal sealed class ParentChoice(TrackKey track, bool isRelay, SubscribingFloor floor, Action changed, CancellationToken stop)
{
    private const int MostPatience = 8;
    private static readonly TimeSpan DefaultRest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RefusedRest = TimeSpan.FromSeconds(5);

    private readonly RestingNodes _resting = new(floor.Options.Time);
    private Task _standby = Task.CompletedTask;
    private int _stalls = 1;

    /// <summary>How long a parent may complete no part: twice as long after each that stalled without delivering anything, since then the source may pause.</summary>
    public TimeSpan Patience => floor.Options.StallAfter * _stalls;

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

    /// <summary>One of the candidates.</summary>
    public Candidate Choose(List<Candidate> found) => floor.Candidates.Choose(found, isRelay);

    /// <summary>Connects to a second parent when none of the others is connected.</summary>
    public void KeepStandby(List<Candidate> others)
    {
        if (_standby.IsCompleted && others.Count > 0 && others.TrueForAll(c => c.Peer is null))
        {
            _standby = ConnectAsync(others[0]);
        }
    }

    /// <summary>Connects to a relay whose record lists the track: it announces the track once it is connected.</summary>
    public void DialCarrier() => KeepStandby(floor.Candidates.Find(track, forRelay: false, _resting.IsResting).FindAll(c => c.Peer is null));

    /// <summary>There is news of a node.</summary>
    public void Wake(Address node) => _resting.Wake(node);

    /// <summary>A parent has delivered its first part.</summary>
    public void Succeeded(Address node)
    {
        _stalls = 1;
        _resting.Succeeded(node);
    }

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
            case Leaving.Stalled:
                _stalls = upstream.HasProgress ? 1 : Math.Min(_stalls * 2, MostPatience);
                floor.Scores.Fail(node);
                _resting.Rest(node, RefusedRest);
                break;
            case Leaving.Unpaid:
                _resting.Rest(node, RefusedRest);
                break;
            case Leaving.Ended:
                _resting.Rest(node, DefaultRest);
                break;
            case Leaving.Withdrawn:
                break;
            default:
                floor.Scores.Fail(node);
                _resting.Rest(node, DefaultRest);
                break;
        }
    }

    private async Task ConnectAsync(Candidate candidate)
    {
        try
        {
            await floor.Dial(candidate.Record!, track, stop);
        }
        catch (Exception e) when (e is MeshException or OperationCanceledException)
        {
            Postpone(candidate.Node);
        }

        changed();
    }
}
