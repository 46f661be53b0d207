using System.Buffers.Binary;

namespace ClusterCast.Chain.Abi;

/// <summary>An error of a contract: what revert data begins with.</summary>
public sealed class AbiError
{
    /// <summary>From a canonical signature such as <c>CapExceeded(uint256,uint256)</c>.</summary>
    public AbiError(string signature)
    {
        Signature = signature;
        Name = AbiSignature.Name(signature);
        Selector = AbiSignature.Selector(signature);
        Inputs = AbiSignature.Arguments(signature);
    }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>Its name alone.</summary>
    public string Name { get; }

    /// <summary>First four bytes of the signature's Keccak-256, big-endian.</summary>
    public uint Selector { get; }

    /// <summary>Types of the arguments.</summary>
    public AbiTuple Inputs { get; }

    /// <summary>Whether revert data begin with the selector.</summary>
    public bool Matches(ReadOnlySpan<byte> data) => data.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(data) == Selector;

    /// <summary>The arguments of revert data that match. Throws <see cref="ChainException"/> when they are not of these types.</summary>
    public AbiValues Decode(ReadOnlySpan<byte> data) => new(AbiDecoder.Decode(Inputs, data[4..]));
}
