using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Relaying;

/// <summary>
/// Measures what a node sends and how late, for <see cref="Admission"/>, and tells every peer of a relay how full it is. How late is seen from a piece of work that
/// does nothing but stand in the queue in which the sending stands too.
/// </summary>
internal sealed class LoadKeeper(MeshOptions options, ConnectionTable connections, Admission admission) : IThreadPoolWorkItem
{
    private const int LeastChange = 5;
    private static readonly TimeSpan LeastSpan = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<PeerConnection, long> _sent = [];
    private long _measuredAt = options.Time.GetTimestamp();
    private long _queuedAt;
    private long _delay;

    /// <summary>Measures and tells; called several times a second.</summary>
    public void Update()
    {
        lock (_gate)
        {
            var now = options.Time.GetTimestamp();
            var span = options.Time.GetElapsedTime(_measuredAt, now);
            if (span < LeastSpan)
            {
                return;
            }

            _measuredAt = now;
            Measure(span);
        }

        if (options.Role == PeerRole.Relay)
        {
            Tell(admission.LoadPercent);
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _delay, options.Time.GetElapsedTime(Volatile.Read(ref _queuedAt)).Ticks);
        Volatile.Write(ref _queuedAt, 0);
    }

    private void Measure(TimeSpan span)
    {
        var bytes = 0L;
        var all = connections.All;
        foreach (var peer in all)
        {
            var sent = peer.SentBytes;
            bytes += sent - _sent.GetValueOrDefault(peer);
            _sent[peer] = sent;
        }

        if (_sent.Count > all.Count)
        {
            var living = all.ToHashSet();
            foreach (var gone in _sent.Keys.Where(peer => !living.Contains(peer)).ToList())
            {
                _sent.Remove(gone);
            }
        }

        admission.Observe(bytes, Delay(), span);
    }

    // A piece of work that still waits has waited at least so long.
    private TimeSpan Delay()
    {
        if (Volatile.Read(ref _queuedAt) is var since and not 0)
        {
            return options.Time.GetElapsedTime(since);
        }

        var delay = TimeSpan.FromTicks(Volatile.Read(ref _delay));
        Volatile.Write(ref _queuedAt, options.Time.GetTimestamp());
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return delay;
    }

    private void Tell(int percent)
    {
        foreach (var peer in connections.Ready)
        {
            if (Math.Abs(percent - peer.State.ToldLoad) >= LeastChange && peer.TrySend(Frame.Encode(new Load((byte)percent))))
            {
                peer.State.ToldLoad = percent;
            }
        }
    }
}
