using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Relaying;

/// <summary>Measures what a node sends and how late, for <see cref="Admission"/>, and tells every peer of a relay how full it is.</summary>
internal sealed class LoadKeeper(MeshOptions options, ConnectionTable connections, Admission admission)
{
    private const int LeastChange = 5;
    private static readonly TimeSpan LeastSpan = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<PeerConnection, long> _sent = [];
    private long _measuredAt = options.Time.GetTimestamp();

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

    private void Measure(TimeSpan span)
    {
        var bytes = 0L;
        var delay = TimeSpan.Zero;
        var all = connections.All;
        foreach (var peer in all)
        {
            var sent = peer.SentBytes;
            bytes += sent - _sent.GetValueOrDefault(peer);
            _sent[peer] = sent;
            var late = peer.TakeSendDelay();
            delay = late > delay ? late : delay;
        }

        if (_sent.Count > all.Count)
        {
            var living = all.ToHashSet();
            foreach (var gone in _sent.Keys.Where(peer => !living.Contains(peer)).ToList())
            {
                _sent.Remove(gone);
            }
        }

        admission.Observe(bytes, delay, span);
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
