using System.Net;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>Asks the DHT about one topic for so long.</summary>
internal delegate IAsyncEnumerable<IPEndPoint> FindPeers(DhtTopic topic, TimeSpan bound, CancellationToken cancel);

/// <summary>
/// Finds relays by the DHT: looks up all topics of a subject and dials whoever was announced there. What the DHT says is a hint that anybody may have planted, so
/// each lookup has a budget of dials of its own, few of them to one network, and only what a dialed relay proves and signs counts. A subject that stays missing is
/// looked up again 0.5 s after the first time, then after twice as long each time up to 30 s. An answer that comes late goes to the next lookup of its topic.
/// </summary>
/// <param name="find">The DHT.</param>
/// <param name="dial">Connects to an address; the peer then tells its record. Fails with <see cref="MeshException"/>.</param>
/// <param name="anywhere">Whether one network may hold any number of relays, as in a lab.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Logging.</param>
internal sealed class Rendezvous(FindPeers find, Func<IPEndPoint, CancellationToken, Task> dial, bool anywhere, TimeProvider time, ILogger log)
{
    /// <summary>Subjects that are looked for at a time; the others wait.</summary>
    public const int SearchesAtOnce = 4;

    /// <summary>Addresses that one lookup has dialed at most.</summary>
    public const int DialsALookup = 32;

    /// <summary>Addresses of one network that one search has dialed at most.</summary>
    public const int DialsANetwork = 2;

    private const int DialsAtOnce = 2;
    private const double ShareOfWait = 0.8;
    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SearchBound = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan DialBound = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Search> _searches = [];
    private readonly TriedAddresses _tried = new(time);
    private int _running;

    /// <summary>Ends when no search is under way.</summary>
    public async Task IdleAsync()
    {
        while (Volatile.Read(ref _running) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    /// <summary>Begins the searches that are due for what is missing and ends those for what is not. Never blocks. One caller at a time.</summary>
    public void Update(IReadOnlyCollection<DhtSubject> missing, CancellationToken stop)
    {
        foreach (var (name, search) in _searches.ToList())
        {
            if (missing.All(subject => subject.Name != name))
            {
                _searches.Remove(name);
                search.Cancel();
            }
        }

        foreach (var subject in missing)
        {
            if (!_searches.TryGetValue(subject.Name, out var search))
            {
                _searches[subject.Name] = search = new Search();
            }

            if (Volatile.Read(ref _running) < SearchesAtOnce && search.IsDue(time))
            {
                Interlocked.Increment(ref _running);
                search.Begin(time, stop, (wait, over) => SearchAsync(subject, wait, over));
            }
        }
    }

    private async Task SearchAsync(DhtSubject subject, TimeSpan wait, CancellationToken over)
    {
        var lookup = wait * ShareOfWait < LongestLookup ? wait * ShareOfWait : LongestLookup;
        try
        {
            using var bound = new CancellationTokenSource(SearchBound, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, over);
            var networks = new NetworkQuota(anywhere ? int.MaxValue : DialsANetwork);
            await Task.WhenAll(subject.Topics.Select(topic => LookUpAsync(topic, lookup, networks, either.Token)));
        }
        catch (OperationCanceledException)
        {
            // Found, given up or stopped.
        }
        catch (MeshException e)
        {
            log.LogWarning("The search for {Subject} has failed: {Cause}", subject.Name, e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task LookUpAsync(DhtTopic topic, TimeSpan bound, NetworkQuota networks, CancellationToken over)
    {
        var budget = DialsALookup;
        await Parallel.ForEachAsync(find(topic, bound, over), new ParallelOptions { MaxDegreeOfParallelism = DialsAtOnce, CancellationToken = over }, async (peer, cancel) =>
        {
            if (peer.Port != 0 && Volatile.Read(ref budget) > 0 && !_tried.IsResting(peer) && networks.TryTake(peer.Address) && _tried.TryTake(peer) && Interlocked.Decrement(ref budget) >= 0)
            {
                await DialAsync(peer, cancel);
            }
        });
    }

    private async Task DialAsync(IPEndPoint peer, CancellationToken over)
    {
        using var bound = new CancellationTokenSource(DialBound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, over);
        try
        {
            await dial(peer, either.Token);
        }
        catch (MeshException e)
        {
            log.LogDebug("{Peer} of the DHT: {Cause}", peer, e.Message);
        }
        catch (OperationCanceledException) when (!over.IsCancellationRequested)
        {
            // It does not answer; the next one.
        }
    }

    /// <summary>The search for one subject.</summary>
    private sealed class Search
    {
        private CancellationTokenSource? _over;
        private Task _work = Task.CompletedTask;
        private TimeSpan _wait;
        private long _beganAt;

        public bool IsDue(TimeProvider time) => _work.IsCompleted && (_over is null || time.GetElapsedTime(_beganAt) >= _wait);

        public void Begin(TimeProvider time, CancellationToken stop, Func<TimeSpan, CancellationToken, Task> work)
        {
            _over?.Dispose();
            _over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _wait = _wait == TimeSpan.Zero ? FirstWait : _wait < LongestWait / 2 ? _wait * 2 : LongestWait;
            _beganAt = time.GetTimestamp();
            var (wait, token) = (_wait, _over.Token);
            _work = Task.Run(() => work(wait, token), CancellationToken.None);
        }

        public void Cancel()
        {
            _over?.Cancel();
            _over?.Dispose();
        }
    }
}
