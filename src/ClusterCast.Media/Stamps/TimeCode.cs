namespace ClusterCast.Media.Stamps;

/// <summary>Layout of the time code: the low 32 bits of Unix time in ms, painted into the top-left corner of a frame, so that a viewer can
/// tell how old the picture on the screen is. 36 blocks of 16 x 16 pixels in one row: guard bits 1 0, the 32 bits with the most
/// significant first, guard bits 0 1. A 0 is luma 0x18, a 1 is luma 0xE0; chroma is neutral (0x80). A reader averages the inner 8 x 8 pixels
/// of a block and rejects the code when a block is neither clearly dark nor clearly bright or when a guard bit is wrong. The specification is
/// <c>spec/timecode.md</c>.</summary>
public static class TimeCode
{
    /// <summary>Edge of a block in pixels.</summary>
    public const int BlockSize = 16;

    /// <summary>Guard bits, data bits, guard bits.</summary>
    public const int Blocks = 2 + 32 + 2;

    /// <summary>Width of the code in pixels; a narrower frame cannot carry it.</summary>
    public const int Width = Blocks * BlockSize;

    /// <summary>Luma of a 0.</summary>
    public const byte Dark = 0x18;

    /// <summary>Luma of a 1.</summary>
    public const byte Bright = 0xE0;

    /// <summary>A block darker than this is a 0.</summary>
    public const int DarkBelow = 0x50;

    /// <summary>A block brighter than this is a 1.</summary>
    public const int BrightAbove = 0xB0;

    private const byte NeutralChroma = 0x80;

    /// <summary>All 36 bits, the first one as bit 35.</summary>
    private static ulong Pattern(uint milliseconds) => 0b10UL << 34 | (ulong)milliseconds << 2 | 0b01;

    /// <summary>Paints the code into a yuv420p frame (planes Y, U and V without padding).</summary>
    /// <exception cref="ArgumentException">The frame is narrower than <see cref="Width"/>, lower than a block, odd, or not of that size.</exception>
    public static void Write(Span<byte> frame, int width, int height, uint milliseconds)
    {
        if (width < Width || height < BlockSize || (width | height) % 2 != 0 || frame.Length != width * height * 3 / 2)
            throw new ArgumentException($"A frame of {width} x {height} with {frame.Length} bytes cannot carry a time code.");
        var pattern = Pattern(milliseconds);
        var row = frame[..Width];
        for (var block = 0; block < Blocks; block++)
            row.Slice(block * BlockSize, BlockSize).Fill((pattern >> (Blocks - 1 - block) & 1) == 1 ? Bright : Dark);
        for (var y = 1; y < BlockSize; y++) row.CopyTo(frame[(y * width)..]);
        var chroma = frame[(width * height)..];
        for (var line = 0; line < BlockSize / 2; line++)
        {
            chroma.Slice(line * width / 2, Width / 2).Fill(NeutralChroma);
            chroma.Slice(width / 2 * (height / 2) + line * width / 2, Width / 2).Fill(NeutralChroma);
        }
    }

    /// <summary>Reads the code from a luma plane.</summary>
    /// <param name="luma">At least <see cref="BlockSize"/> rows.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="milliseconds">Low 32 bits of Unix time in ms.</param>
    /// <returns>False when the frame carries no readable code.</returns>
    public static bool TryRead(ReadOnlySpan<byte> luma, int stride, out uint milliseconds)
    {
        milliseconds = 0;
        if (stride < Width || luma.Length < (BlockSize - 1) * stride + Width) return false;
        ulong pattern = 0;
        for (var block = 0; block < Blocks; block++)
        {
            var sum = 0;
            for (var y = 4; y < 12; y++)
                for (var x = 4; x < 12; x++) sum += luma[y * stride + block * BlockSize + x];
            var mean = sum / 64;
            if (mean is >= DarkBelow and <= BrightAbove) return false;
            pattern = pattern << 1 | (mean > BrightAbove ? 1u : 0u);
        }
        milliseconds = (uint)(pattern >> 2);
        return pattern == Pattern(milliseconds);
    }

    /// <summary>Age in ms of a frame stamped <paramref name="stamp"/> at Unix time <paramref name="nowMs"/>; negative when the clocks differ.</summary>
    public static int Age(uint stamp, long nowMs) => unchecked((int)((uint)nowMs - stamp));
}
