using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>
/// The receiving side of a lane: takes datagrams and stream blocks, asks for what cannot be rebuilt, and reports what has come. A block is asked for when a later
/// one is complete or when no shard of it came for one and a half times the usual interval; a second time, then on the stream, after one and a half round trips.
/// Thread-safe.
/// </summary>
internal sealed class LaneReceiver(TimeProvider time) : IDisposable
{
    private const int AsksAtOnce = 32;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMilliseconds(75);

    private readonly BlockDecoder _decoder = new();
    private readonly LossTally _tally = new();
    private readonly Lock _gate = new();
    private double _interval = LongestPatience.TotalMilliseconds;
    private long _newestAt;
    private long _reportedAt;
    private uint _reported;
    private bool _isReportDue;

    /// <summary>Datagrams that were no shards, or of no use: copies, late ones, and those without room.</summary>
    public long Useless { get; private set; }

    /// <summary>Bytes that blocks which cannot be handed up yet take.</summary>
    public int WaitingBytes => _decoder.Bytes;

    /// <summary>Blocks that were asked for.</summary>
    public long Asked { get; private set; }

    /// <summary>Takes a datagram; true when there is a block to hand up.</summary>
    public bool Take(ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (!Shard.TryRead(datagram, out var shard, out var bytes))
            {
                Useless++;
                return false;
            }

            var now = time.GetTimestamp();
            if (shard.Block > _decoder.Highest && shard.Block - _decoder.Next < LaneLimits.Window)
            {
                _interval += (Math.Min(time.GetElapsedTime(_newestAt, now).TotalMilliseconds, LongestPatience.TotalMilliseconds) - _interval) / 8;
                _newestAt = now;
            }

            if (shard.Block < _decoder.Next || shard.Block - _decoder.Next < LaneLimits.Window)
            {
                _tally.Count(shard);
            }

            if (!_decoder.Take(shard, bytes, now))
            {
                Useless++;
            }

            return _decoder.HighestComplete >= _decoder.Next;
        }
    }

    /// <summary>Takes a block from the stream. Throws <see cref="WireException"/> when the sender is too far ahead.</summary>
    public void Take(in LaneBlock block)
    {
        lock (_gate)
        {
            _decoder.Take(block);
        }
    }

    /// <summary>The next block in order; give it to <see cref="Return"/> after use.</summary>
    public bool TryNext(out ReceivedBlock? block)
    {
        lock (_gate)
        {
            return _decoder.TryNext(out block);
        }
    }

    /// <summary>A block is done with.</summary>
    public void Return(ReceivedBlock block)
    {
        lock (_gate)
        {
            _decoder.Return(block);
        }
    }

    /// <summary>Writes what should be asked for now, and the report when it is due.</summary>
    public void Poll(TimeSpan roundTrip, Action<Resend> ask, Action<LaneReport> report)
    {
        lock (_gate)
        {
            Ask(roundTrip, ask);
            var hasNews = _decoder.Next != _reported || _tally.HasNews;
            if (hasNews && (_isReportDue || time.GetElapsedTime(_reportedAt) >= ReportEvery))
            {
                var (received, lost) = _tally.Take();
                report(new LaneReport(_decoder.Next, received, lost));
                _reported = _decoder.Next;
                _reportedAt = time.GetTimestamp();
                _isReportDue = false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _decoder.Dispose();
        }
    }

    private void Ask(TimeSpan roundTrip, Action<Resend> ask)
    {
        var patience = TimeSpan.FromMilliseconds(Math.Clamp(1.5 * _interval, ShortestPatience.TotalMilliseconds, LongestPatience.TotalMilliseconds));
        var asks = 0;
        for (var number = _decoder.Next; number <= _decoder.Highest && asks < AsksAtOnce; number++)
        {
            var block = _decoder.At(number);
            var isOverdue = number < _decoder.HighestComplete || (block.IsKnown && time.GetElapsedTime(block.TouchedAt) > patience);
            if (block.IsComplete || block.Asks > 1 || !isOverdue || (block.Asks == 1 && time.GetElapsedTime(block.AskedAt) < 1.5 * roundTrip))
            {
                continue;
            }

            ask(new Resend(number, block.Asks == 0 ? (byte)block.Needed : (byte)0));
            block.Asks++;
            block.AskedAt = time.GetTimestamp();
            Asked++;
            asks++;
            _isReportDue = true;
        }
    }
}
