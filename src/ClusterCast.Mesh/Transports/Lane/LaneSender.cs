using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>Sends one datagram; false when the transport does not take it now.</summary>
internal delegate bool SendDatagram(ReadOnlySpan<byte> datagram);

/// <summary>
/// The sending side of a lane: numbers blocks, sends those that can as datagrams with parity, keeps them until they have come, and repeats what is asked for:
/// first as fresh parity, then on the stream. Whatever it cannot send as datagrams it leaves to the stream, whose flow control slows the sender down.
/// Thread-safe.
/// </summary>
internal sealed class LaneSender(int maxDatagram, TimeProvider time, SendDatagram send) : IDisposable
{
    // The last block before a pause is repeated, because no later one tells the receiver that it is missing.
    private static readonly TimeSpan TailAfter = TimeSpan.FromMilliseconds(100);

    private readonly int _payload = Math.Min(maxDatagram, LaneLimits.DatagramBytes) - Shard.HeaderBytes;
    private readonly byte[] _datagram = new byte[LaneLimits.DatagramBytes];
    private readonly LossEstimator _loss = new();
    private readonly List<SentBlock> _kept = [];
    private readonly Queue<SentBlock> _again = new();
    private readonly Stack<SentBlock> _free = new();
    private readonly Lock _gate = new();
    private uint _next;
    private int _keptBytes;
    private int _aheadBytes;
    private bool _disposed;

    /// <summary>Figures.</summary>
    public LaneSent Sent { get; } = new();

    /// <summary>The loss that is protected against.</summary>
    public double Loss
    {
        get
        {
            lock (_gate)
            {
                return _loss.Loss;
            }
        }
    }

    /// <summary>Whether blocks wait to be repeated on the stream.</summary>
    public bool HasRepeats
    {
        get
        {
            lock (_gate)
            {
                return _again.Count > 0;
            }
        }
    }

    /// <summary>Gives a block its number and sends it as datagrams; false when it has to go on the stream under that number.</summary>
    /// <param name="frames">Whole frames, 1 byte to <see cref="LaneLimits.BlockBytes"/> for datagrams.</param>
    /// <param name="onStream">Whether it is to go on the stream in any case.</param>
    /// <param name="number">Its number.</param>
    /// <exception cref="OverflowException">There is no number left, which takes 497 days at 100 blocks a second.</exception>
    public bool TrySend(ReadOnlySpan<byte> frames, bool onStream, out uint number)
    {
        lock (_gate)
        {
            number = _next;
            _next = checked(_next + 1);
            var data = (frames.Length + _payload - 1) / _payload;

            // The first block on the stream comes after all that was sent before the lane, and so do all after it.
            if (onStream || number == 0 || data > Shard.MaxData || _keptBytes + frames.Length > LaneLimits.KeptBytes || _disposed || !SendShards(number, frames, data))
            {
                LeaveToStream(frames.Length);
                return false;
            }

            if (number - _kept[0].Number >= LaneLimits.AheadBlocks)
            {
                RepeatAll();
            }

            return true;
        }
    }

    /// <summary>The next block to be repeated on the stream, written by <paramref name="write"/>; false when there is none.</summary>
    public bool TryRepeat(Action<uint, ReadOnlySpan<byte>> write)
    {
        lock (_gate)
        {
            if (!_again.TryDequeue(out var block))
            {
                return false;
            }

            Sent.Repeated++;
            write(block.Number, block.Frames);
            Free(block);
            return true;
        }
    }

    /// <summary>The receiver tells what has come.</summary>
    public void Take(in LaneReport report)
    {
        lock (_gate)
        {
            var come = 0;
            while (come < _kept.Count && _kept[come].Number < report.Next)
            {
                Drop(_kept[come++]);
            }

            _kept.RemoveRange(0, come);
            _aheadBytes = _kept.Count == 0 ? 0 : _aheadBytes;
            _loss.Add(report.Received, report.Lost);
        }
    }

    /// <summary>The receiver misses a block. One that is not kept has come, or is on the stream already.</summary>
    public void Take(in Resend resend)
    {
        lock (_gate)
        {
            var number = resend.Block;
            var index = _kept.FindIndex(kept => kept.Number == number);
            if (index < 0)
            {
                return;
            }

            var block = _kept[index];
            if (resend.Shards == 0 || block.IsAsked || !SendFresh(block, resend.Shards + ParityPlan.For(resend.Shards, _loss.Loss)))
            {
                _kept.RemoveAt(index);
                Repeat(block);
            }

            block.IsAsked = true;
        }
    }

    /// <summary>Looks after the last block; called several times a second.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            if (_kept.Count > 0 && _kept[^1] is var last && time.GetElapsedTime(last.SentAt) > TailAfter)
            {
                _kept.RemoveAt(_kept.Count - 1);
                Repeat(last);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _kept.ForEach(block => block.Release());
            _kept.Clear();
            while (_again.TryDequeue(out var block))
            {
                block.Release();
            }
        }
    }

    private bool SendShards(uint number, ReadOnlySpan<byte> frames, int data)
    {
        var block = _free.TryPop(out var used) ? used : new SentBlock();
        block.Fill(number, frames, data, ParityPlan.For(data, _loss.Loss), time.GetTimestamp());
        for (var i = 0; i < block.Sent; i++)
        {
            // Without its data the block is for the stream; less parity than planned is still a block.
            if (!send(_datagram.AsSpan(0, block.Write(i, _datagram))) && i < data)
            {
                Free(block);
                return false;
            }
        }

        _kept.Add(block);
        _keptBytes += frames.Length;
        Sent.Blocks++;
        Sent.DataShards += data;
        Sent.ParityShards += block.Sent - data;
        return true;
    }

    private bool SendFresh(SentBlock block, int shards)
    {
        for (var i = 0; i < shards; i++)
        {
            var length = block.WriteFresh(_datagram);
            if (length == 0 || !send(_datagram.AsSpan(0, length)))
            {
                return false;
            }

            Sent.FreshShards++;
        }

        return true;
    }

    private void LeaveToStream(int bytes)
    {
        Sent.StreamBlocks++;
        if (_kept.Count == 0)
        {
            return;
        }

        _aheadBytes += bytes;
        if (_aheadBytes > LaneLimits.AheadBytes || _next - _kept[0].Number > LaneLimits.AheadBlocks)
        {
            RepeatAll();
        }
    }

    private void RepeatAll()
    {
        _kept.ForEach(Repeat);
        _kept.Clear();
        _aheadBytes = 0;
    }

    private void Repeat(SentBlock block)
    {
        _keptBytes -= block.Frames.Length;
        _again.Enqueue(block);
    }

    private void Drop(SentBlock block)
    {
        _keptBytes -= block.Frames.Length;
        Free(block);
    }

    private void Free(SentBlock block)
    {
        block.Release();
        _free.Push(block);
    }
}
