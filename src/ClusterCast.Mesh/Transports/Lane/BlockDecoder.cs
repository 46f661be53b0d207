using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>
/// Puts the blocks of a lane together, from datagrams in any order and from the stream, and hands them up in order. Whatever a sender does, it holds at most
/// <see cref="LaneLimits.WaitingBytes"/> and <see cref="LaneLimits.Window"/> blocks. Not thread-safe.
/// </summary>
internal sealed class BlockDecoder : IDisposable
{
    private readonly ReceivedBlock?[] _window = new ReceivedBlock?[LaneLimits.Window];
    private readonly Stack<ReceivedBlock> _free = new();
    private int _bytes;

    /// <summary>The next block to hand up.</summary>
    public uint Next { get; private set; }

    /// <summary>The highest block of which something came; meaningless before the first.</summary>
    public uint Highest { get; private set; }

    /// <summary>The highest block that is or was complete.</summary>
    public uint HighestComplete { get; private set; }

    /// <summary>Bytes held.</summary>
    public int Bytes => _bytes;

    /// <summary>Takes a shard; false when it is of no use or finds no room.</summary>
    public bool Take(in Shard shard, ReadOnlySpan<byte> bytes, long now)
    {
        if (!IsInWindow(shard.Block) || (Find(shard.Block) is not { IsKnown: true } && !HasRoom(shard.Block, shard.Data * shard.Size)))
        {
            return false;
        }

        var block = At(shard.Block);
        var before = block.Bytes;
        var taken = block.Take(shard, bytes, now);
        _bytes += block.Bytes - before;
        Note(block);
        return taken;
    }

    /// <summary>Takes a block from the stream; one that has come already is ignored.</summary>
    /// <exception cref="WireException">The sender is too far ahead.</exception>
    public void Take(in LaneBlock whole)
    {
        if (whole.Block < Next)
        {
            return;
        }

        if (!IsInWindow(whole.Block) || !HasRoom(whole.Block, whole.Bytes.Length))
        {
            throw new WireException($"Block {whole.Block} of a lane is too far ahead of block {Next}.");
        }

        var block = At(whole.Block);
        if (!block.IsComplete)
        {
            _bytes -= block.Bytes;
            block.Take(whole.Bytes);
            _bytes += block.Bytes;
            Note(block);
        }
    }

    /// <summary>The next block, when it is complete. Give it to <see cref="Return"/> after use.</summary>
    public bool TryNext(out ReceivedBlock? block)
    {
        block = Find(Next);
        if (block is not { IsComplete: true })
        {
            return false;
        }

        _window[Next % LaneLimits.Window] = null;
        _bytes -= block.Bytes;
        Next++;
        return true;
    }

    /// <summary>A block is done with.</summary>
    public void Return(ReceivedBlock block)
    {
        block.Release();
        _free.Push(block);
    }

    /// <summary>A block between <see cref="Next"/> and <see cref="Highest"/>, also one of which nothing came.</summary>
    public ReceivedBlock At(uint number)
    {
        ref var slot = ref _window[number % LaneLimits.Window];
        if (slot is null)
        {
            slot = _free.TryPop(out var used) ? used : new ReceivedBlock();
            slot.Begin(number);
        }

        return slot;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var block in _window)
        {
            block?.Release();
        }

        Array.Clear(_window);
    }

    private ReceivedBlock? Find(uint number) => _window[number % LaneLimits.Window];

    private bool IsInWindow(uint number) => number >= Next && number - Next < LaneLimits.Window;

    // The next block always finds room, or the lane would stand still.
    private bool HasRoom(uint number, int bytes) => number == Next || _bytes + bytes <= LaneLimits.WaitingBytes;

    private void Note(ReceivedBlock block)
    {
        Highest = Math.Max(Highest, block.Number);
        HighestComplete = block.IsComplete ? Math.Max(HighestComplete, block.Number) : HighestComplete;
    }
}
