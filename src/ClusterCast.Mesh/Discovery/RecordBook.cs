using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Discovery;

/// <summary>
/// The newest record of each relay, at most 1,000, ranked by stake. Holds signed and living records only. Whoever makes up thousands of relays gets no
/// staked one out: relays without a stake have half of the places and few for each network, and when those are full a newcomer takes the place of
/// one that is not connected, at most once a second. Thread-safe.
/// </summary>
/// <param name="relayStaking">The domain of the records' signatures.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Draws lots and victims.</param>
/// <param name="stakes">Who has staked what.</param>
/// <param name="perNetwork">Relays without a stake of one network.</param>
/// <param name="isConnected">Whether a node has proven itself on a connection.</param>
public sealed class RecordBook(
    Eip712Domain relayStaking, TimeProvider time, IRandomSource random, IRelayStakes? stakes = null, int perNetwork = RecordBook.DefaultPerNetwork, Func<Address, bool>? isConnected = null)
{
    /// <summary>Relays held.</summary>
    public const int Capacity = 1_000;

    /// <summary>Relays held that have no stake.</summary>
    public const int UnstakedCapacity = 500;

    /// <summary>Relays held that have no stake and lie in one network: a /24, a /48 or a registered domain.</summary>
    public const int DefaultPerNetwork = 16;

    private const ulong AheadMs = 30_000;
    private const double RecordsASecond = 1;
    private static readonly TimeSpan Displacement = TimeSpan.FromSeconds(1);

    private readonly IRelayStakes _stakes = stakes ?? NoStakes.Instance;
    private readonly Func<Address, bool> _isConnected = isConnected ?? (_ => false);
    private readonly Dictionary<Address, BookedRecord> _booked = [];
    private readonly Dictionary<NetworkPrefix, int> _networks = [];
    private readonly long[] _refused = new long[Enum.GetValues<RecordVerdict>().Length];
    private RelayRecord[]? _ranked;
    private int _unstaked;
    private long? _displacedAt;

    /// <summary>The living records, best first.</summary>
    public IReadOnlyList<RelayRecord> Current
    {
        get
        {
            lock (_booked)
            {
                var now = Now();
                _ranked ??= [.. _booked.Values.OrderBy(booked => booked.Rank).Select(booked => booked.Record)];
                return [.. _ranked.Where(record => record.Expires > now)];
            }
        }
    }

    /// <summary>How many records got a verdict other than <see cref="RecordVerdict.New"/>.</summary>
    public long Refused(RecordVerdict verdict) => Interlocked.Read(ref _refused[(int)verdict]);

    /// <summary>The living record of a node; null when there is none.</summary>
    public RelayRecord? Find(Address node)
    {
        lock (_booked)
        {
            return _booked.TryGetValue(node, out var booked) && booked.Record.Expires > Now() ? booked.Record : null;
        }
    }

    /// <summary>The living records of relays that carry a track, or any track of the stream for track 0; best first.</summary>
    public IReadOnlyList<RelayRecord> Carrying(TrackKey track) =>
        [.. Current.Where(record => record.Tracks.Any(t => t.Track == track || (track.Track == 0 && t.Track.Stream == track.Stream)))];

    /// <summary>Takes a record. Cheap checks first; the signature is checked only for what would be news.</summary>
    public RecordVerdict Accept(RelayRecord record)
    {
        RecordVerdict verdict;
        lock (_booked)
        {
            verdict = Judge(record);
        }

        if (verdict != RecordVerdict.New)
        {
            Count(verdict);
        }

        return verdict;
    }

    /// <summary>Counts a frame that could not be read as a record.</summary>
    internal void CountMalformed() => Count(RecordVerdict.Malformed);

    private void Count(RecordVerdict verdict) => Interlocked.Increment(ref _refused[(int)verdict]);

    private RecordVerdict Judge(RelayRecord record)
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

        var credit = BookedRecord.Burst;
        Address? victim = null;
        if (_booked.TryGetValue(record.Node, out var held))
        {
            if (held.Record.Issued >= record.Issued)
            {
                return held.Record.Issued == record.Issued ? RecordVerdict.Known : RecordVerdict.Replayed;
            }

            credit = Math.Min(BookedRecord.Burst, held.Credit + (time.GetElapsedTime(held.At).TotalSeconds * RecordsASecond));
            if (credit < 1)
            {
                return RecordVerdict.TooOften;
            }
        }

        var stake = _stakes.StakeOf(record.Node);
        var network = NetworkPrefix.Of(record);
        if (held is null && !HasPlace(record.Node, stake, network, now, out victim))
        {
            return RecordVerdict.Crowded;
        }

        if (!record.IsSigned(relayStaking))
        {
            return RecordVerdict.Forged;
        }

        if (victim is { } leaving)
        {
            Remove(leaving);
            _displacedAt = time.GetTimestamp();
        }

        Remove(record.Node);
        Add(new BookedRecord(record, stake, network, held?.Lot ?? (random.Below(1 << 20) + 1) / (double)(1 << 20), credit - 1, time.GetTimestamp()));
        return RecordVerdict.New;
    }

    private bool HasPlace(Address node, ulong stake, NetworkPrefix network, ulong now, out Address? victim)
    {
        victim = null;
        var isCrowdedNetwork = stake == 0 && _networks.GetValueOrDefault(network) >= perNetwork;
        var isFull = _booked.Count >= Capacity || (stake == 0 && _unstaked >= UnstakedCapacity);
        if (!isCrowdedNetwork && !isFull)
        {
            return true;
        }

        // The dead go first; the others are looked through once a second at most, so that a flood costs little.
        if (stake == 0 && _displacedAt is { } at && time.GetElapsedTime(at) < Displacement)
        {
            return false;
        }

        _displacedAt = time.GetTimestamp();
        if (RemoveExpired(now) > 0)
        {
            return HasPlace(node, stake, network, now, out victim);
        }

        var unstaked = _booked.Values.Where(booked => !booked.IsStaked && (!isCrowdedNetwork || booked.Network == network)).ToList();
        var strangers = unstaked.FindAll(booked => !_isConnected(booked.Record.Node));
        var leaving = strangers.Count > 0 ? strangers : stake > 0 || _isConnected(node) ? unstaked : [];
        if (leaving.Count > 0)
        {
            // At random: whoever floods the book cannot choose whom it displaces.
            victim = leaving[random.Below(leaving.Count)].Record.Node;
            return true;
        }

        var least = stake > 0 ? _booked.Values.MinBy(booked => booked.Stake) : null;
        victim = least?.Record.Node;
        return least is not null && least.Stake < stake;
    }

    private int RemoveExpired(ulong now)
    {
        var expired = _booked.Values.Where(booked => booked.Record.Expires <= now).Select(booked => booked.Record.Node).ToList();
        expired.ForEach(Remove);
        if (expired.Count > 0)
        {
            _displacedAt = null;
        }

        return expired.Count;
    }

    private void Add(BookedRecord booked)
    {
        _booked[booked.Record.Node] = booked;
        _ranked = null;
        if (!booked.IsStaked)
        {
            _unstaked++;
            _networks[booked.Network] = _networks.GetValueOrDefault(booked.Network) + 1;
        }
    }

    private void Remove(Address node)
    {
        if (!_booked.Remove(node, out var booked))
        {
            return;
        }

        _ranked = null;
        if (!booked.IsStaked)
        {
            _unstaked--;
            var left = _networks[booked.Network] - 1;
            _ = left == 0 ? _networks.Remove(booked.Network) : (_networks[booked.Network] = left) > 0;
        }
    }

    private ulong Now() => (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
}
