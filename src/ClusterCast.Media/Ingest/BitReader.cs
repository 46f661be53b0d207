namespace ClusterCast.Media.Ingest;

/// <summary>Reads bits, most significant first. Past the end it throws, so a parser cannot loop on missing bytes.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _bit;

    public uint Bits(int count)
    {
        uint value = 0;
        for (var i = 0; i < count; i++, _bit++)
        {
            if (_bit >> 3 >= _bytes.Length) throw new MediaException(MediaFault.Malformed, "The codec configuration is cut off; restart the encoder.");
            value = value << 1 | (uint)(_bytes[_bit >> 3] >> (7 - (_bit & 7)) & 1);
        }
        return value;
    }

    public bool Flag() => Bits(1) == 1;

    /// <summary>Exp-Golomb ue(v), H.264 section 9.1.</summary>
    public uint Unsigned()
    {
        var zeros = 0;
        while (!Flag())
            if (++zeros > 31) throw new MediaException(MediaFault.Malformed, "The codec configuration is broken; restart the encoder.");
        return (uint)((1UL << zeros) - 1) + Bits(zeros);
    }

    /// <summary>Exp-Golomb se(v).</summary>
    public int Signed()
    {
        var code = Unsigned();
        return (code & 1) == 0 ? -(int)(code >> 1) : (int)((code >> 1) + 1);
    }
}
