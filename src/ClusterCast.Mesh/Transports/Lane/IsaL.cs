using System.Runtime.InteropServices;

namespace ClusterCast.Mesh.Transports.Lane;

/// <summary>Arithmetic in GF(2^8) by Debian's libisal2 (BSD-3). Pointers need no alignment.</summary>
internal static unsafe partial class IsaL
{
    private const string Library = "libisal.so.2";

    /// <summary>Bytes of the tables for one coefficient.</summary>
    public const int TableBytes = 32;

    /// <summary>Why the library cannot be used, with the remedy; null when it can.</summary>
    public static string? Missing { get; } = NativeLibrary.TryLoad(Library, typeof(IsaL).Assembly, null, out _)
        ? null
        : $"{Library} is missing, so there is no forward error correction. Install it (Debian: apt-get install libisal2).";

    /// <summary>The inverse of an element that is not zero.</summary>
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial byte gf_inv(byte a);

    /// <summary>The product of two elements.</summary>
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial byte gf_mul(byte a, byte b);

    /// <summary>Inverts an n x n matrix; not zero when it is singular. The input is overwritten.</summary>
    [LibraryImport(Library)]
    public static partial int gf_invert_matrix(byte* matrix, byte* inverse, int n);

    /// <summary>Expands <paramref name="rows"/> x <paramref name="columns"/> coefficients into tables.</summary>
    [LibraryImport(Library)]
    public static partial void ec_init_tables(int columns, int rows, byte* coefficients, byte* tables);

    /// <summary>Each output is the sum of the inputs times the coefficients of its row.</summary>
    [LibraryImport(Library)]
    public static partial void ec_encode_data(int length, int columns, int rows, byte* tables, byte** inputs, byte** outputs);
}
