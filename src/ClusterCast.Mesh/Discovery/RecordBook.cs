using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>What becomes of a relay record.</summary>
public enum RecordVerdict
{
    /// <summary>News: kept, and to be passed on.</summary>
    New,

    /// <summary>The same or an older one than the one held.</summary>
    Known,

    /// <summary>Its life is over.</summary>
    Expired,

    /// <summary>Issued too far ahead of this clock.</summary>
    Future,

    /// <summary>Not signed by the node that it names.</summary>
    Forged,
}

/// <summary>The newest record of each relay, at most 1,000. Holds signed and living records only. Thread-safe.</summary>
public sealed class RecordBook(Eip712Domain relayStaking, TimeProvider time, IRandomSource random)
{
    /// <summary>Relays held.</summary>
    public const int Capacity = 1_000;

    private const ulong AheadMs = 30_000;

    private readonly Dictionary<Address, RelayRecord> _records = [];

    /// <summary>The living records.</summary>
    public IReadOnlyList<RelayRecord> Current
    {
        get
        {
            lock (_records)
            {
                var now = Now();
                return [.. _records.Values.Where(record => record.Expires > now)];
            }
        }
    }

    /// <summary>The living record of a node; null when there is none.</summary>
    public RelayRecord? Find(Address node)
    {
        lock (_records)
        {
            return _records.TryGetValue(node, out var record) && record.Expires > Now() ? record : null;
        }
    }

    /// <summary>The living records of relays that carry a track, or any track of the stream for track 0.</summary>
    public IReadOnlyList<RelayRecord> Carrying(TrackKey track) =>
        [.. Current.Where(record => record.Tracks.Any(t => t.Track == track || (track.Track == 0 && t.Track.Stream == track.Stream)))];

    /// <summary>Takes a record. Cheap checks first; the signature is checked only for what would be news.</summary>
    public RecordVerdict Accept(RelayRecord record)
    {
        lock (_records)
        {
            var now = Now();
            if (record.Expires <= now)
            {
                return RecordVerdict.Expired;
            }

            if (record.Issued > now + AheadMs)
            {
                return RecordVerdict.Future;
            }

            if (_records.TryGetValue(record.Node, out var held) && held.Issued >= record.Issued)
            {
                return RecordVerdict.Known;
            }

            if (!record.IsSigned(relayStaking))
            {
                return RecordVerdict.Forged;
            }

            if (held is null && _records.Count >= Capacity)
            {
                MakeRoom(now);
            }

            _records[record.Node] = record;
            return RecordVerdict.New;
        }
    }

    // A random victim: whoever floods the book cannot choose whom it displaces.
    private void MakeRoom(ulong now)
    {
        foreach (var old in _records.Values.Where(record => record.Expires <= now).ToList())
        {
            _records.Remove(old.Node);
        }

        if (_records.Count >= Capacity)
        {
            _records.Remove(_records.Keys.ElementAt(random.Below(_records.Count)));
        }
    }

    private ulong Now() => (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
}
