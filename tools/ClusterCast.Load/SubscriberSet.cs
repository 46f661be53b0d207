using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports;
using ClusterCast.Node.Network;
using ClusterCast.Node.Settlement;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Load;

/// <summary>Light subscribers, spread over the relays in turn.</summary>
internal sealed class SubscriberSet(Dialer dialer, ChainAccess chain, TrackKey track, Purses purses, Tally tally, bool hash) : IDisposable
{
    private readonly List<(LightSubscriber Subscriber, ITransport Transport)> _all = [];

    /// <summary>How many still run.</summary>
    public int Alive => _all.Count(entry => entry.Subscriber.Ended is null);

    /// <summary>Stalls of all of them.</summary>
    public int Stalls => _all.Sum(entry => entry.Subscriber.Stalls);

    /// <summary>Why some ended: up to three reasons.</summary>
    public IReadOnlyList<string> Reasons => [.. _all.Select(entry => entry.Subscriber.Ended).OfType<string>().Distinct().Take(3)];

    /// <summary>Connects all, some at a time, and waits until each has its first part, when it subscribes at all.</summary>
    public async Task OpenAsync(IReadOnlyList<RelayAddress> relays, int count, int atOnce, CancellationToken stop, bool idle = false)
    {
        for (var opened = 0; opened < count; opened += atOnce)
        {
            await Task.WhenAll(Enumerable.Range(opened, Math.Min(atOnce, count - opened)).Select(i => OpenAsync(relays[i % relays.Count], idle, stop)));
        }
    }

    /// <summary>Counts stalls from now on.</summary>
    public void Restart() => _all.ForEach(entry => entry.Subscriber.Restart());

    /// <inheritdoc/>
    public void Dispose() => _all.ForEach(entry => entry.Transport.Abort());

    private async Task OpenAsync(RelayAddress relay, bool idle, CancellationToken stop)
    {
        var transport = await dialer.DialAsync(relay, stop);
        LightSubscriber subscriber;
        lock (_all)
        {
            var payments = idle ? FreePaying.Instance : (IPayingSessions)new PurseSessions(purses.Next());
            subscriber = new LightSubscriber(transport, relay.Node, chain.Deployment.ChainId, track, payments, tally, hash);
            _all.Add((subscriber, transport));
        }

        _ = subscriber.RunAsync(stop);
        await subscriber.Welcome.WaitAsync(TimeSpan.FromSeconds(30), stop);
        if (!idle)
        {
            subscriber.Subscribe();
            try
            {
                await subscriber.Flowing.WaitAsync(TimeSpan.FromSeconds(30), stop);
            }
            catch (TimeoutException)
            {
                throw new IOException($"A subscriber of {relay.Url} got no part within 30 s ({subscriber.Ended ?? subscriber.Refusal ?? "no refusal"}).");
            }
        }
    }
}
