namespace ClusterCast.Chain.Fees;

/// <summary>How long bytes become under FastLZ level 1, by which OP-stack chains estimate what a transaction adds to a batch (Fjord specification, "FastLZ implementation").</summary>
public static class FastLz
{
    private const int MaxDistance = 8192;
    private const int MaxLiterals = 32;
    private const int LongMatch = 262;

    // The last bytes are always literals.
    private const int Tail = 13;

    /// <summary>Bytes of the compressed form.</summary>
    public static int CompressedLength(ReadOnlySpan<byte> data)
    {
        Span<int> table = stackalloc int[MaxDistance];
        table.Clear();
        var length = 0;
        var anchor = 0;
        var limit = data.Length - Tail;
        for (var at = 2; at < limit;)
        {
            var match = FindMatch(data, table, ref at, limit);
            if (match < 0)
            {
                break;
            }

            length += Literals(at - anchor);
            var same = Same(data, match + 3, at + 3, limit + 9);
            length += Match(same);
            at += same;
            table[Hash(Three(data, at))] = at++;
            table[Hash(Three(data, at))] = at++;
            anchor = at;
        }

        return length + Literals(data.Length - anchor);
    }

    // Where the three bytes at a position, or at a later one, occurred before; negative when they did not.
    private static int FindMatch(ReadOnlySpan<byte> data, Span<int> table, ref int at, int limit)
    {
        while (at < limit)
        {
            var sequence = Three(data, at);
            ref var slot = ref table[Hash(sequence)];
            var match = slot;
            slot = at;
            if (at - match < MaxDistance && sequence == Three(data, match))
            {
                // A match right at the limit is left to the literals.
                return at + 1 < limit ? match : -1;
            }

            at++;
        }

        return -1;
    }

    private static int Same(ReadOnlySpan<byte> data, int earlier, int later, int end)
    {
        var most = end - later;
        for (var i = 0; i < most; i++)
        {
            if (data[earlier + i] != data[later + i])
            {
                // The length counts the byte that ended the match, as the reference does.
                return i + 1;
            }
        }

        return Math.Max(most, 0);
    }

    private static int Literals(int count) => (MaxLiterals + 1) * (count / MaxLiterals) + (count % MaxLiterals is var rest and > 0 ? rest + 1 : 0);

    private static int Match(int length)
    {
        var rest = length - 1;
        return (3 * (rest / LongMatch)) + (rest % LongMatch >= 6 ? 3 : 2);
    }

    private static uint Three(ReadOnlySpan<byte> data, int at) => data[at] | ((uint)data[at + 1] << 8) | ((uint)data[at + 2] << 16);

    private static int Hash(uint sequence) => (int)((2654435769u * sequence) >> 19) & (MaxDistance - 1);
}
