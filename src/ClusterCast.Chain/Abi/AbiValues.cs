using System.Numerics;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Abi;

/// <summary>Decoded values in order, read by the type that the caller expects of its own signature.</summary>
public readonly struct AbiValues(IReadOnlyList<object> values)
{
    /// <summary>How many there are.</summary>
    public int Count => values.Count;

    /// <summary>The value as decoded.</summary>
    public object this[int index] => values[index];

    /// <summary>An address.</summary>
    public Address Address(int index) => (Address)values[index];

    /// <summary>A <c>bytes32</c>.</summary>
    public Hash32 Hash(int index) => (Hash32)values[index];

    /// <summary>A stream's token id.</summary>
    public StreamId Stream(int index)
    {
        Span<byte> word = stackalloc byte[Hash32.Size];
        word.Clear();
        var number = Big(index);
        number.TryWriteBytes(word[(Hash32.Size - number.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
        return new StreamId(Hash32.From(word));
    }

    /// <summary>An unsigned number of any width.</summary>
    public BigInteger Big(int index) => (BigInteger)values[index];

    /// <summary>A number that must fit 64 bits, such as an amount in micro-USDC. Throws <see cref="ChainException"/> otherwise.</summary>
    public ulong ULong(int index) => Big(index) <= ulong.MaxValue
        ? (ulong)Big(index)
        : throw new ChainException(ChainFault.BadResponse, $"A contract answered {Big(index)}, which exceeds 64 bits.", "Check that the deployments file belongs to this chain.");

    /// <summary>A number of a type of at most 128 bits.</summary>
    public UInt128 UInt128(int index) => (UInt128)Big(index);

    /// <summary>A number of a type of at most 32 bits.</summary>
    public uint UInt(int index) => (uint)Big(index);

    /// <summary>A number of a type of at most 16 bits.</summary>
    public ushort UShort(int index) => (ushort)Big(index);

    /// <summary>A number of a type of 8 bits.</summary>
    public byte Byte(int index) => (byte)Big(index);

    /// <summary>A signed number of a type of at most 64 bits.</summary>
    public long Long(int index) => (long)Big(index);

    /// <summary>A boolean.</summary>
    public bool Bool(int index) => (bool)values[index];

    /// <summary>Text.</summary>
    public string Text(int index) => (string)values[index];

    /// <summary>Bytes.</summary>
    public byte[] Bytes(int index) => (byte[])values[index];

    /// <summary>A struct.</summary>
    public AbiValues Tuple(int index) => new((IReadOnlyList<object>)values[index]);

    /// <summary>A list, each value read by <paramref name="read"/> at its index.</summary>
    public IReadOnlyList<T> Each<T>(int index, Func<AbiValues, int, T> read)
    {
        var list = Tuple(index);
        return [.. Enumerable.Range(0, list.Count).Select(i => read(list, i))];
    }
}
