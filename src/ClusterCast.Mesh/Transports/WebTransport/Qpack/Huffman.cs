using ClusterCast.Mesh.Transports.WebTransport.Http3;

namespace ClusterCast.Mesh.Transports.WebTransport.Qpack;

/// <summary>Decodes the Huffman code of RFC 7541 appendix B. The code is canonical, so the lengths of its words say everything.</summary>
internal static class Huffman
{
    private const int EndOfString = 256;
    private const int Longest = 30;

    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    // By length: the first word of it, how many there are, and where their symbols begin among all, sorted by length and value.
    private static readonly uint[] First = new uint[Longest + 1];
    private static readonly int[] Count = new int[Longest + 1];
    private static readonly int[] Offset = new int[Longest + 1];
    private static readonly ushort[] Symbols = new ushort[EndOfString + 1];

    static Huffman()
    {
        var filled = 0;
        var word = 0u;
        for (var length = 1; length <= Longest; length++)
        {
            word <<= 1;
            First[length] = word;
            Offset[length] = filled;
            for (var symbol = 0; symbol <= EndOfString; symbol++)
            {
                if (Lengths[symbol] == length)
                {
                    Symbols[filled++] = (ushort)symbol;
                }
            }

            Count[length] = filled - Offset[length];
            word += (uint)Count[length];
        }
    }

    /// <summary>The most bytes that come of so many.</summary>
    public static int MaxDecoded(int encoded) => encoded * 8 / 5;

    /// <summary>Decodes and returns the bytes written. Throws <see cref="Http3Exception"/> for wrong padding and for the end-of-string word.</summary>
    public static int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        var word = 0u;
        var length = 0;
        foreach (var next in input)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                word = (word << 1) | (uint)((next >> bit) & 1);
                length++;
                if (word - First[length] is var place && place < Count[length])
                {
                    var symbol = Symbols[Offset[length] + (int)place];
                    output[written++] = symbol < EndOfString ? (byte)symbol : throw Failed("a text holds the end-of-string word");
                    word = 0;
                    length = 0;
                }
            }
        }

        // RFC 7541 §5.2: padding is shorter than a byte and all ones, the start of the end-of-string word.
        return length < 8 && word == (1u << length) - 1 ? written : throw Failed("a text is padded wrongly");
    }

    private static Http3Exception Failed(string why) => new(Http3Error.QpackDecompressionFailed, $"A field section cannot be read: {why}.");
}
