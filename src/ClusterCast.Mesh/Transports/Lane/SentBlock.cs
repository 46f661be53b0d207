using System.Buffers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>A block that was cut into shards and is kept until it is known to have come. Used again and again; its buffer is rented.</summary>
internal sealed class SentBlock
{
    private byte[] _buffer = [];

    /// <summary>Its number.</summary>
    public uint Number { get; private set; }

    /// <summary>Data shards.</summary>
    public int Data { get; private set; }

    /// <summary>Shards sent at first.</summary>
    public int Sent { get; private set; }

    /// <summary>Bytes of a shard.</summary>
    public int Size { get; private set; }

    /// <summary>Parity shards made so far: every one is sent once.</summary>
    public int Rows { get; private set; }

    /// <summary>When it was sent, as a timestamp.</summary>
    public long SentAt { get; private set; }

    /// <summary>Whether it was asked for again.</summary>
    public bool IsAsked { get; set; }

    /// <summary>The block.</summary>
    public ReadOnlySpan<byte> Frames => _buffer.AsSpan(0, Length);

    private int Length { get; set; }

    /// <summary>Takes a block and makes its parity.</summary>
    public void Fill(uint number, ReadOnlySpan<byte> frames, int data, int parity, long now)
    {
        Number = number;
        Data = data;
        Sent = data + parity;
        Length = frames.Length;
        Size = (frames.Length + data - 1) / data;
        Rows = parity;
        SentAt = now;
        IsAsked = false;
        _buffer = ArrayPool<byte>.Shared.Rent(Sent * Size);
        frames.CopyTo(_buffer);
        _buffer.AsSpan(Length, (data * Size) - Length).Clear();
        ReedSolomon.Encode(_buffer.AsSpan(0, data * Size), data, 0, parity, _buffer.AsSpan(data * Size));
    }

    /// <summary>Writes the datagram of one of the shards sent at first and returns its length.</summary>
    public int Write(int index, Span<byte> datagram)
    {
        _buffer.AsSpan(index * Size, Size).CopyTo(datagram[Shard.HeaderBytes..]);
        return WriteHeader(index, datagram);
    }

    /// <summary>Makes a parity shard that was never sent, writes its datagram and returns its length; 0 when there are no more.</summary>
    public int WriteFresh(Span<byte> datagram)
    {
        if (Data + Rows >= Shard.MaxShards)
        {
            return 0;
        }

        ReedSolomon.Encode(_buffer.AsSpan(0, Data * Size), Data, Rows, 1, datagram[Shard.HeaderBytes..]);
        return WriteHeader(Data + Rows++, datagram);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private int WriteHeader(int index, Span<byte> datagram)
    {
        new Shard(Number, (byte)index, (byte)Data, (byte)Sent, (ushort)Length).Write(datagram);
        return Shard.HeaderBytes + Size;
    }
}
