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

    /// <summary>A number of a type of at most 32 bits.</summary>
    public uint UInt(int index) => (uint)Big(index);

    /// <summary>A boolean.</summary>
    public bool Bool(int index) => (bool)values[index];

    /// <summary>Text.</summary>
    public string Text(int index) => (string)values[index];

    /// <summary>Bytes.</summary>
    public byte[] Bytes(int index) => (byte[])values[index];

    /// <summary>A struct.</summary>
    public AbiValues Tuple(int index) => new((IReadOnlyList<object>)values[index]);

    /// <summary>A list of values.</summary>
    public IReadOnlyList<object> List(int index) => (IReadOnlyList<object>)values[index];

    /// <summary>A list of structs.</summary>
    public IEnumerable<AbiValues> Tuples(int index) => List(index).Select(item => new AbiValues((IReadOnlyList<object>)item));
}
