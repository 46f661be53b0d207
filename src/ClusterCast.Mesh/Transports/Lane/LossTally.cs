using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>
/// Counts which shards of each block came, for the reports. A block is settled when shards of one three later have come: what of it comes after that is as good as
/// lost. A block of which nothing came is not counted, since it may have gone on the stream.
/// </summary>
internal sealed class LossTally
{
    private const int Behind = 3;
    private const int Kept = 2 * Behind;

    private readonly Entry[] _entries = new Entry[Kept];
    private uint _highest;
    private uint _received;
    private uint _lost;

    /// <summary>Whether there is something to report.</summary>
    public bool HasNews => _received + _lost > 0;

    /// <summary>A shard came, of any block.</summary>
    public void Count(in Shard shard)
    {
        if (shard.Index >= shard.Sent || shard.Block + Kept <= _highest)
        {
            return;
        }

        ref var entry = ref _entries[shard.Block % Kept];
        if (entry.Sent == 0 || entry.Block != shard.Block)
        {
            Settle(ref entry);
            entry = new Entry { Block = shard.Block, Sent = shard.Sent };
        }

        entry.Mark(shard.Index);
        _highest = Math.Max(_highest, shard.Block);
        for (var i = 0; i < Kept; i++)
        {
            if (_entries[i].Block + Behind <= _highest)
            {
                Settle(ref _entries[i]);
            }
        }
    }

    /// <summary>What was settled since the last call.</summary>
    public (uint Received, uint Lost) Take()
    {
        var counts = (_received, _lost);
        (_received, _lost) = (0, 0);
        return counts;
    }

    private void Settle(ref Entry entry)
    {
        if (entry.Sent > 0 && !entry.IsSettled)
        {
            var came = Math.Min(entry.Count, entry.Sent);
            _received += (uint)came;
            _lost += (uint)(entry.Sent - came);
            entry.IsSettled = true;
        }
    }

    private struct Entry
    {
        private UInt128 _low;
        private UInt128 _high;

        public uint Block;
        public int Sent;
        public bool IsSettled;

        public readonly int Count => (int)(UInt128.PopCount(_low) + UInt128.PopCount(_high));

        public void Mark(byte index)
        {
            if (index < 128)
            {
                _low |= UInt128.One << index;
            }
            else
            {
                _high |= UInt128.One << (index - 128);
            }
        }
    }
}
