using System.Buffers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>A block that is being put together. Used again and again; its buffers are rented when its first shard comes.</summary>
internal sealed class ReceivedBlock
{
    private readonly byte[] _rows = new byte[Shard.MaxData];
    private byte[] _data = [];
    private byte[] _parity = [];
    private UInt128 _have;
    private int _dataShards;
    private int _parityShards;
    private Shard _shape;

    /// <summary>Its number.</summary>
    public uint Number { get; private set; }

    /// <summary>Whether it can be handed up.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether anything of it has come.</summary>
    public bool IsKnown => _data.Length > 0;

    /// <summary>Shards that are still needed; 0 when nothing of it is known.</summary>
    public int Needed => IsKnown ? _shape.Data - _dataShards - _parityShards : 0;

    /// <summary>When its last shard came, as a timestamp.</summary>
    public long TouchedAt { get; private set; }

    /// <summary>When it was asked for last, as a timestamp.</summary>
    public long AskedAt { get; set; }

    /// <summary>How often it was asked for.</summary>
    public int Asks { get; set; }

    /// <summary>Bytes that it holds.</summary>
    public int Bytes => _data.Length + _parity.Length;

    /// <summary>The frames, once it is complete.</summary>
    public ReadOnlySpan<byte> Frames => _data.AsSpan(0, _shape.Length);

    /// <summary>Begins a block of which nothing has come.</summary>
    public void Begin(uint number)
    {
        Number = number;
        _have = 0;
        _dataShards = 0;
        _parityShards = 0;
        _shape = default;
        IsComplete = false;
        TouchedAt = 0;
        AskedAt = 0;
        Asks = 0;
    }

    /// <summary>Takes a shard; false when it is of no use or does not fit the ones before.</summary>
    public bool Take(in Shard shard, ReadOnlySpan<byte> bytes, long now)
    {
        if (IsComplete || (IsKnown && (shard.Data != _shape.Data || shard.Length != _shape.Length)))
        {
            return false;
        }

        if (!IsKnown)
        {
            _shape = shard;
            _data = ArrayPool<byte>.Shared.Rent(shard.Data * shard.Size);
        }

        if (shard.Index < shard.Data ? !TakeData(shard, bytes) : !TakeParity(shard, bytes))
        {
            return false;
        }

        TouchedAt = now;
        if (Needed == 0)
        {
            Rebuild();
            IsComplete = true;
        }

        return true;
    }

    /// <summary>Takes the block whole.</summary>
    public void Take(ReadOnlySpan<byte> frames)
    {
        Release();
        _data = ArrayPool<byte>.Shared.Rent(Math.Max(frames.Length, 1));
        frames.CopyTo(_data);
        _shape = new Shard(Number, 0, 1, 1, (ushort)frames.Length);
        IsComplete = true;
    }

    /// <summary>Gives the buffers back.</summary>
    public void Release()
    {
        if (_data.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_data);
            _data = [];
        }

        if (_parity.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_parity);
            _parity = [];
        }
    }

    private bool TakeData(in Shard shard, ReadOnlySpan<byte> bytes)
    {
        var bit = UInt128.One << shard.Index;
        if ((_have & bit) != 0)
        {
            return false;
        }

        _have |= bit;
        _dataShards++;
        bytes.CopyTo(_data.AsSpan(shard.Index * shard.Size));
        return true;
    }

    private bool TakeParity(in Shard shard, ReadOnlySpan<byte> bytes)
    {
        var row = (byte)(shard.Index - shard.Data);
        if (_rows.AsSpan(0, _parityShards).Contains(row))
        {
            return false;
        }

        if (_parity.Length == 0)
        {
            _parity = ArrayPool<byte>.Shared.Rent((shard.Data - _dataShards) * shard.Size);
        }

        _rows[_parityShards] = row;
        bytes.CopyTo(_parity.AsSpan(_parityShards++ * shard.Size));
        return true;
    }

    private void Rebuild()
    {
        var lost = _shape.Data - _dataShards;
        if (lost == 0)
        {
            return;
        }

        Span<byte> missing = stackalloc byte[lost];
        for (int shard = 0, i = 0; shard < _shape.Data; shard++)
        {
            if ((_have >> shard & 1) == 0)
            {
                missing[i++] = (byte)shard;
            }
        }

        var size = _shape.Size;
        ReedSolomon.Recover(_data.AsSpan(0, _shape.Data * size), _shape.Data, missing, _parity.AsSpan(0, lost * size), _rows.AsSpan(0, lost));
    }
}
