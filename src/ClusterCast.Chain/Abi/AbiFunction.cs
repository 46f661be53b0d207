using System.Buffers.Binary;
using System.Text;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Abi;

/// <summary>A function of a contract: its selector, arguments and results.</summary>
public sealed class AbiFunction
{
    /// <summary>From a canonical signature such as <c>transfer(address,uint256)</c> and the types returned, <c>(bool)</c>.</summary>
    public AbiFunction(string signature, string outputs = "()")
    {
        Signature = signature;
        Selector = AbiSignature.Selector(signature);
        Inputs = AbiSignature.Arguments(signature);
        Outputs = AbiType.ParseTuple(outputs);
    }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>First four bytes of the signature's Keccak-256, big-endian.</summary>
    public uint Selector { get; }

    /// <summary>Types of the arguments.</summary>
    public AbiTuple Inputs { get; }

    /// <summary>Types of the results.</summary>
    public AbiTuple Outputs { get; }

    /// <summary>Call data. Throws <see cref="ArgumentException"/> for values that do not fit.</summary>
    public byte[] Encode(params IReadOnlyList<object> arguments)
    {
        Span<byte> selector = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(selector, Selector);
        return [.. selector, .. AbiEncoder.Encode(Inputs, arguments)];
    }

    /// <summary>The results of a call. Throws <see cref="ChainException"/> when they are not of these types.</summary>
    public AbiValues Decode(byte[] result)
    {
        if (result.Length == 0 && Outputs.Members.Count > 0)
        {
            throw new ChainException(
                ChainFault.BadDeployment, $"There is no contract that answers {Signature} at the address.", "Check that the deployments file belongs to this chain.");
        }

        return new AbiValues(AbiDecoder.Decode(Outputs, result));
    }
}

/// <summary>Names with argument types, shared by functions, events and errors.</summary>
internal static class AbiSignature
{
    public static uint Selector(string signature) =>
        BinaryPrimitives.ReadUInt32BigEndian(Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).Span);

    public static AbiTuple Arguments(string signature)
    {
        var open = signature.IndexOf('(', StringComparison.Ordinal);
        return open > 0 ? AbiType.ParseTuple(signature[open..]) : throw new FormatException($"'{signature}' is not a signature.");
    }

    public static string Name(string signature) => signature[..signature.IndexOf('(', StringComparison.Ordinal)];
}
