namespace ClusterCast.Chain.Abi;

/// <summary>A Solidity type as the ABI sees it (Contract ABI Specification).</summary>
public abstract record AbiType
{
    private protected AbiType()
    {
    }

    /// <summary>Whether values live in the tail behind an offset.</summary>
    public abstract bool IsDynamic { get; }

    /// <summary>Bytes in the head: 32 for a dynamic type.</summary>
    public abstract int HeadSize { get; }

    /// <summary>Canonical name, as in a function signature.</summary>
    public abstract override string ToString();

    /// <summary>Parses a canonical name such as <c>(address,uint256[2])[]</c>. Throws <see cref="FormatException"/>.</summary>
    public static AbiType Parse(string text) => new AbiTypeParser(text).ParseAll();

    /// <summary>Parses a list of types in parentheses.</summary>
    public static AbiTuple ParseTuple(string text) => Parse(text) as AbiTuple
        ?? throw new FormatException($"'{text}' is not a list of types in parentheses.");
}

/// <summary><c>uint8</c> to <c>uint256</c>. Value: <see cref="System.Numerics.BigInteger"/>.</summary>
public sealed record AbiUint(int Bits) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override int HeadSize => 32;

    /// <inheritdoc/>
    public override string ToString() => $"uint{Bits}";
}

/// <summary><c>int8</c> to <c>int256</c>. Value: <see cref="System.Numerics.BigInteger"/>.</summary>
public sealed record AbiInt(int Bits) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override int HeadSize => 32;

    /// <inheritdoc/>
    public override string ToString() => $"int{Bits}";
}

/// <summary><c>address</c>. Value: <see cref="Protocol.Identifiers.Address"/>.</summary>
public sealed record AbiAddress : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override int HeadSize => 32;

    /// <inheritdoc/>
    public override string ToString() => "address";
}

/// <summary><c>bool</c>. Value: <see cref="bool"/>.</summary>
public sealed record AbiBool : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override int HeadSize => 32;

    /// <inheritdoc/>
    public override string ToString() => "bool";
}

/// <summary><c>bytes1</c> to <c>bytes32</c>. Value: an array of that length; <see cref="Protocol.Identifiers.Hash32"/> for 32.</summary>
public sealed record AbiFixedBytes(int Length) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override int HeadSize => 32;

    /// <inheritdoc/>
    public override string ToString() => $"bytes{Length}";
}

/// <summary><c>bytes</c>, value: an array; or <c>string</c>, value: <see cref="string"/> in UTF-8.</summary>
public sealed record AbiBytes(bool IsText) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => true;

    /// <inheritdoc/>
    public override int HeadSize => 32;

    /// <inheritdoc/>
    public override string ToString() => IsText ? "string" : "bytes";
}

/// <summary><c>T[]</c>, or <c>T[n]</c> with a <paramref name="Length"/>. Value: an array of objects.</summary>
public sealed record AbiArray(AbiType Element, int? Length) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => Length is null || Element.IsDynamic;

    /// <inheritdoc/>
    public override int HeadSize => IsDynamic ? 32 : checked(Length!.Value * Element.HeadSize);

    /// <inheritdoc/>
    public override string ToString() => $"{Element}[{Length}]";
}

/// <summary>A struct or a list of arguments. Value: an array of objects.</summary>
public sealed record AbiTuple(IReadOnlyList<AbiType> Members) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => Members.Any(member => member.IsDynamic);

    /// <inheritdoc/>
    public override int HeadSize => IsDynamic ? 32 : Members.Sum(member => member.HeadSize);

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(',', Members)})";
}
