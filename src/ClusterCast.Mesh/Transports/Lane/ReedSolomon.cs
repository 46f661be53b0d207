using System.Buffers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>
/// The systematic Reed-Solomon code of spec/lane.md: shards below <c>data</c> are the block itself, those above are rows of a Cauchy matrix over GF(2^8), so any
/// <c>data</c> different shards give the block back. Stateless but for tables, which all lanes of the process share.
/// </summary>
internal static unsafe class ReedSolomon
{
    // Tables of the first parity rows by number of data shards; a longer set replaces a shorter one.
    private const int RowsAtOnce = 8;
    private static readonly byte[]?[] Tables = new byte[]?[Shard.MaxData + 1];

    /// <summary>Makes parity shards <paramref name="first"/> to <paramref name="first"/> + <paramref name="rows"/> - 1, counted from the first one after the data.</summary>
    /// <param name="data">The data shards, one after the other.</param>
    /// <param name="shards">How many data shards.</param>
    /// <param name="first">The first parity shard to make.</param>
    /// <param name="rows">How many to make.</param>
    /// <param name="parity">Where to.</param>
    public static void Encode(ReadOnlySpan<byte> data, int shards, int first, int rows, Span<byte> parity)
    {
        if (rows == 0)
        {
            return;
        }

        var size = data.Length / shards;
        fixed (byte* d = data, p = parity[..(rows * size)], tables = TablesOf(shards, first + rows))
        {
            var inputs = stackalloc byte*[shards];
            for (var i = 0; i < shards; i++)
            {
                inputs[i] = d + (i * size);
            }

            var outputs = stackalloc byte*[rows];
            for (var i = 0; i < rows; i++)
            {
                outputs[i] = p + (i * size);
            }

            IsaL.ec_encode_data(size, shards, rows, tables + (first * shards * IsaL.TableBytes), inputs, outputs);
        }
    }

    /// <summary>Fills the missing data shards in.</summary>
    /// <param name="data">The data shards; the missing ones are written.</param>
    /// <param name="shards">How many data shards.</param>
    /// <param name="missing">Which are missing.</param>
    /// <param name="parity">As many parity shards, one after the other.</param>
    /// <param name="rows">Which parity shards these are, counted from the first one after the data.</param>
    public static void Recover(Span<byte> data, int shards, ReadOnlySpan<byte> missing, ReadOnlySpan<byte> parity, ReadOnlySpan<byte> rows)
    {
        var size = data.Length / shards;
        var lost = missing.Length;
        var inverse = stackalloc byte[lost * lost];
        Invert(shards, missing, rows, inverse);

        // One pass over all inputs: a lost shard is a sum of parity shards and of the data shards that are there.
        var present = shards - lost;
        var columns = present + lost;
        var coefficients = stackalloc byte[lost * columns];
        var column = stackalloc byte[lost];
        var tables = ArrayPool<byte>.Shared.Rent(lost * columns * IsaL.TableBytes);
        fixed (byte* d = data, p = parity, t = tables)
        {
            var inputs = stackalloc byte*[columns];
            var outputs = stackalloc byte*[lost];
            for (int shard = 0, known = 0, next = 0; shard < shards; shard++)
            {
                if (next < lost && missing[next] == shard)
                {
                    outputs[next++] = d + (shard * size);
                    continue;
                }

                for (var j = 0; j < lost; j++)
                {
                    column[j] = Coefficient(shards, rows[j], shard);
                }

                for (var i = 0; i < lost; i++)
                {
                    byte sum = 0;
                    for (var j = 0; j < lost; j++)
                    {
                        sum ^= IsaL.gf_mul(inverse[(i * lost) + j], column[j]);
                    }

                    coefficients[(i * columns) + known] = sum;
                }

                inputs[known++] = d + (shard * size);
            }

            for (var j = 0; j < lost; j++)
            {
                inputs[present + j] = p + (j * size);
                for (var i = 0; i < lost; i++)
                {
                    coefficients[(i * columns) + present + j] = inverse[(i * lost) + j];
                }
            }

            IsaL.ec_init_tables(columns, lost, coefficients, t);
            IsaL.ec_encode_data(size, columns, lost, t, inputs, outputs);
        }

        ArrayPool<byte>.Shared.Return(tables);
    }

    // Every square part of a Cauchy matrix has an inverse.
    private static void Invert(int shards, ReadOnlySpan<byte> missing, ReadOnlySpan<byte> rows, byte* inverse)
    {
        var lost = missing.Length;
        var matrix = stackalloc byte[lost * lost];
        for (var j = 0; j < lost; j++)
        {
            for (var i = 0; i < lost; i++)
            {
                matrix[(j * lost) + i] = Coefficient(shards, rows[j], missing[i]);
            }
        }

        if (IsaL.gf_invert_matrix(matrix, inverse, lost) != 0)
        {
            throw new InvalidOperationException("The rows are not different.");
        }
    }

    private static byte Coefficient(int shards, int row, int shard) => IsaL.gf_inv((byte)((shards + row) ^ shard));

    private static byte[] TablesOf(int shards, int rows)
    {
        var tables = Volatile.Read(ref Tables[shards]);
        var rowBytes = shards * IsaL.TableBytes;
        if (tables is not null && tables.Length >= rows * rowBytes)
        {
            return tables;
        }

        rows = Math.Min((rows + RowsAtOnce - 1) / RowsAtOnce * RowsAtOnce, Shard.MaxShards - shards);
        var coefficients = new byte[rows * shards];
        for (var i = 0; i < coefficients.Length; i++)
        {
            coefficients[i] = Coefficient(shards, i / shards, i % shards);
        }

        tables = new byte[rows * rowBytes];
        fixed (byte* c = coefficients, t = tables)
        {
            IsaL.ec_init_tables(shards, rows, c, t);
        }

        Volatile.Write(ref Tables[shards], tables);
        return tables;
    }
}
