using System.Buffers.Binary;
using System.Text;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Wire;

/// <summary>Reads the fields of a body. Every read throws <see cref="WireException"/> when the body is too short.</summary>
public ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>Bytes not yet read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>One byte.</summary>
    public byte U8() => Take(1)[0];

    /// <summary>Two bytes.</summary>
    public ushort U16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>Four bytes.</summary>
    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Eight bytes.</summary>
    public ulong U64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>Sixteen bytes.</summary>
    public UInt128 U128() => BinaryPrimitives.ReadUInt128BigEndian(Take(16));

    /// <summary>Thirty-two bytes.</summary>
    public Hash32 Hash() => Hash32.From(Take(Hash32.Size));

    /// <summary>A stream id.</summary>
    public StreamId Stream() => new(Hash());

    /// <summary>Twenty bytes.</summary>
    public Address Address() => Identifiers.Address.From(Take(Identifiers.Address.Size));

    /// <summary>Sixty-five bytes.</summary>
    public Signature Signature() => Identifiers.Signature.From(Take(Identifiers.Signature.Size));

    /// <summary>A text of at most 1,024 bytes of valid UTF-8.</summary>
    public string Text()
    {
        var length = U16();
        if (length > WireLimits.TextBytes)
        {
            throw new WireException($"A text of {length} bytes is longer than {WireLimits.TextBytes}.");
        }

        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw new WireException("A text is not valid UTF-8.");
        }
    }

    /// <summary>All bytes that are left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    /// <summary>All that is left, as hashes.</summary>
    public Hash32[] RestHashes(int atMost)
    {
        if (_rest.Length % Hash32.Size != 0 || _rest.Length / Hash32.Size > atMost)
        {
            throw new WireException($"{_rest.Length} bytes are not a list of at most {atMost} hashes.");
        }

        var hashes = new Hash32[_rest.Length / Hash32.Size];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = Hash();
        }

        return hashes;
    }

    /// <summary>Throws <see cref="WireException"/> when bytes are left.</summary>
    public readonly void End()
    {
        if (_rest.Length != 0)
        {
            throw new WireException($"The body has {_rest.Length} bytes too many.");
        }
    }

    /// <summary>So many bytes, not copied.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new WireException($"The body ends {count - _rest.Length} bytes too early.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
