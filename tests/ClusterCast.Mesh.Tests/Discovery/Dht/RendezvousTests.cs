using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

/// <summary>The budgets of a search against a DHT that says what an attacker likes.</summary>
public sealed class RendezvousTests
{
    private static readonly DhtSubject Subject = DhtSubject.Of(MeshWorld.Domains.RelayStaking, new StreamId(1));

    private readonly ConcurrentQueue<IPEndPoint> _dialed = new();
    private readonly ConcurrentDictionary<DhtTopic, IEnumerable<IPEndPoint>> _announced = new();
    private int _lookups;

    [Fact]
    public async Task Each_topic_of_a_subject_is_looked_up_and_dialed_once()
    {
        foreach (var topic in Subject.Topics)
        {
            _announced[topic] = [Peer(1, 1), Peer(2, 1)];
        }

        await Search(anywhere: false);
        Assert.Equal(DhtTopic.Copies, _lookups);
        Assert.Equal([Peer(1, 1), Peer(2, 1)], _dialed.OrderBy(peer => peer.Address.ToString()));
    }

    [Fact]
    public async Task Whoever_surrounds_one_topic_cannot_use_up_the_dials_of_the_others()
    {
        _announced[Subject.Topics[0]] = Enumerable.Range(0, 4_000).Select(i => Peer(i, 1));
        _announced[Subject.Topics[2]] = [Peer(60_000, 1)];
        await Search(anywhere: false);
        Assert.Contains(Peer(60_000, 1), _dialed);
        Assert.Equal(Rendezvous.DialsALookup + 1, _dialed.Count);
    }

    [Fact]
    public async Task One_network_gets_two_dials()
    {
        _announced[Subject.Topics[0]] = Enumerable.Range(1, 250).Select(i => Peer(1, i)).Append(Peer(2, 1));
        await Search(anywhere: false);
        Assert.Equal(Rendezvous.DialsANetwork + 1, _dialed.Count);
        Assert.Contains(Peer(2, 1), _dialed);
    }

    [Fact]
    public async Task In_a_lab_one_network_may_hold_all()
    {
        _announced[Subject.Topics[0]] = Enumerable.Range(1, 20).Select(i => Peer(1, i));
        await Search(anywhere: true);
        Assert.Equal(20, _dialed.Count);
    }

    [Fact]
    public async Task Port_0_is_not_dialed()
    {
        _announced[Subject.Topics[0]] = [new IPEndPoint(IPAddress.Loopback, 0), Peer(1, 1)];
        await Search(anywhere: true);
        Assert.Equal([Peer(1, 1)], _dialed);
    }

    [Fact]
    public async Task A_search_ends_when_its_subject_is_no_longer_missing()
    {
        var dials = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _announced[Subject.Topics[0]] = [Peer(1, 1)];
        var rendezvous = Make(anywhere: true, async (_, cancel) =>
        {
            dials.TrySetResult();
            await using var telling = cancel.Register(() => ended.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancel);
        });
        rendezvous.Update([Subject], CancellationToken.None);
        await dials.Task.WaitAsync(MeshWorld.Bound);
        rendezvous.Update([], CancellationToken.None);
        await ended.Task.WaitAsync(MeshWorld.Bound);
    }

    [Fact]
    public void An_address_rests_after_a_dial_and_the_memory_of_it_is_bounded()
    {
        var time = new ManualTime();
        var tried = new TriedAddresses(time);
        var dials = new List<int>();
        for (var second = 0; second < 300; second++)
        {
            if (tried.TryTake(Peer(1, 1)))
            {
                dials.Add(second);
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 2, 6, 14, 30, 62, 126, 190, 254], dials);
        for (var i = 0; i < TriedAddresses.Capacity; i++)
        {
            Assert.True(tried.TryTake(Peer(100 + i, 1)));
        }

        Assert.False(tried.IsResting(Peer(1, 1)));
        Assert.True(tried.IsResting(Peer(100, 1)));
    }

    private static IPEndPoint Peer(int network, int host) => new(new IPAddress([20, (byte)(network >> 8), (byte)network, (byte)host]), 4_430);

    private Rendezvous Make(bool anywhere, Func<IPEndPoint, CancellationToken, Task> dial) => new(Find, dial, anywhere, TimeProvider.System, NullLogger.Instance);

    private async Task Search(bool anywhere)
    {
        var rendezvous = Make(anywhere, (peer, _) =>
        {
            _dialed.Enqueue(peer);
            return Task.FromException(new MeshException("refused"));
        });
        rendezvous.Update([Subject], CancellationToken.None);
        await rendezvous.IdleAsync().WaitAsync(MeshWorld.Bound);
    }

    private async IAsyncEnumerable<IPEndPoint> Find(DhtTopic topic, TimeSpan bound, [EnumeratorCancellation] CancellationToken cancel)
    {
        Interlocked.Increment(ref _lookups);
        foreach (var peer in _announced.GetValueOrDefault(topic, []))
        {
            await Task.Yield();
            cancel.ThrowIfCancellationRequested();
            yield return peer;
        }
    }
}
