namespace ClusterCast.Media.Ingest;

/// <summary>The picture size out of a sequence parameter set (H.264 section 7.3.2.1.1).</summary>
internal static class SpsReader
{
    public static (int Width, int Height) ReadSize(ReadOnlySpan<byte> nal)
    {
        Span<byte> clean = stackalloc byte[Math.Min(nal.Length, 512)];
        var bits = new BitReader(clean[..Unescape(nal, clean)]);
        bits.Bits(8);
        var profile = bits.Bits(8);
        bits.Bits(16);
        bits.Unsigned();
        var chroma = 1u;
        if (profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135)
        {
            chroma = bits.Unsigned();
            if (chroma == 3) bits.Bits(1);
            var lumaDepth = bits.Unsigned();
            var chromaDepth = bits.Unsigned();
            if (chroma != 1 || lumaDepth != 0 || chromaDepth != 0)
                throw new MediaException(MediaFault.UnsupportedCodec,
                    "The video is H.264 that browsers cannot play (not 8 bit 4:2:0); in OBS set Settings > Advanced > Color Format to NV12.");
            bits.Bits(1);
            if (bits.Flag()) SkipScalingLists(ref bits);
        }
        bits.Unsigned();
        switch (bits.Unsigned())
        {
            case 0: bits.Unsigned(); break;
            case 1:
                bits.Bits(1);
                bits.Signed();
                bits.Signed();
                for (var cycle = bits.Unsigned(); cycle > 0; cycle--) bits.Signed();
                break;
        }
        bits.Unsigned();
        bits.Bits(1);
        var width = (bits.Unsigned() + 1L) * 16;
        var mapUnits = bits.Unsigned() + 1L;
        var frameOnly = bits.Flag();
        var height = mapUnits * 16 * (frameOnly ? 1 : 2);
        if (!frameOnly) bits.Bits(1);
        bits.Bits(1);
        if (bits.Flag())
        {
            width -= 2L * (bits.Unsigned() + (long)bits.Unsigned());
            height -= (frameOnly ? 2L : 4L) * (bits.Unsigned() + (long)bits.Unsigned());
        }
        return width is >= 16 and <= 8192 && height is >= 16 and <= 8192
            ? ((int)width, (int)height)
            : throw new MediaException(MediaFault.Malformed, $"A picture of {width} x {height} is not carried; set the output resolution to at most 8192 x 8192.");
    }

    private static void SkipScalingLists(ref BitReader bits)
    {
        for (var list = 0; list < 8; list++)
        {
            if (!bits.Flag()) continue;
            int last = 8, next = 8;
            for (var i = 0; i < (list < 6 ? 16 : 64); i++)
            {
                if (next != 0) next = (last + bits.Signed() + 256) % 256;
                if (next != 0) last = next;
            }
        }
    }

    /// <summary>Removes emulation prevention bytes (00 00 03) as far as there is room; the size stands early in the set.</summary>
    private static int Unescape(ReadOnlySpan<byte> nal, Span<byte> to)
    {
        int written = 0, zeros = 0;
        foreach (var value in nal)
        {
            if (zeros >= 2 && value == 3)
            {
                zeros = 0;
                continue;
            }
            if (written == to.Length) break;
            to[written++] = value;
            zeros = value == 0 ? zeros + 1 : 0;
        }
        return written;
    }
}
