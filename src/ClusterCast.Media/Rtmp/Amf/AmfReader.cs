using System.Buffers.Binary;

namespace ClusterCast.Media.Rtmp.Amf;

/// <summary>Reads AMF0 (Adobe AMF 0, 2007) into plain values: <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, null (null, undefined,
/// unsupported), <see cref="AmfObject"/> (object, ECMA array, typed object), <c>object?[]</c> (strict array) and <see cref="DateTimeOffset"/>.
/// Depth, number of values and size are bounded.</summary>
public ref struct AmfReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Deepest nesting.</summary>
    public const int MaxDepth = 16;

    /// <summary>Most values in one message.</summary>
    public const int MaxValues = 4096;

    private ReadOnlySpan<byte> _rest = bytes;
    private int _values;

    /// <summary>True when no byte is left.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Reads all values to the end of the message.</summary>
    /// <exception cref="MediaException">The bytes are not AMF0 or exceed a bound.</exception>
    public static List<object?> ReadAll(ReadOnlySpan<byte> bytes)
    {
        var reader = new AmfReader(bytes);
        var values = new List<object?>();
        while (!reader.AtEnd) values.Add(reader.Read());
        return values;
    }

    /// <summary>Reads the next value.</summary>
    /// <exception cref="MediaException">The bytes are not AMF0 or exceed a bound.</exception>
    public object? Read() => Read(0);

    private object? Read(int depth)
    {
        if (depth > MaxDepth) throw Malformed($"values are nested deeper than {MaxDepth}");
        if (++_values > MaxValues) throw Malformed($"a message holds more than {MaxValues} values");
        var marker = (AmfMarker)Take(1)[0];
        switch (marker)
        {
            case AmfMarker.Number: return BinaryPrimitives.ReadDoubleBigEndian(Take(8));
            case AmfMarker.Boolean: return Take(1)[0] != 0;
            case AmfMarker.String: return ReadText(BinaryPrimitives.ReadUInt16BigEndian(Take(2)));
            case AmfMarker.LongString or AmfMarker.XmlDocument: return ReadText(BinaryPrimitives.ReadUInt32BigEndian(Take(4)));
            case AmfMarker.Null or AmfMarker.Undefined or AmfMarker.Unsupported: return null;
            case AmfMarker.Object: return ReadObject(depth);
            case AmfMarker.EcmaArray:
                Take(4); // The count is advisory; the end marker ends the array.
                return ReadObject(depth);
            case AmfMarker.TypedObject:
                ReadText(BinaryPrimitives.ReadUInt16BigEndian(Take(2)));
                return ReadObject(depth);
            case AmfMarker.StrictArray: return ReadArray(depth);
            case AmfMarker.Date: return ReadDate();
            default: throw Malformed($"type {(byte)marker} is not part of AMF0 or not carried");
        }
    }

    private AmfObject ReadObject(int depth)
    {
        var result = new AmfObject();
        while (true)
        {
            var name = ReadText(BinaryPrimitives.ReadUInt16BigEndian(Take(2)));
            if (name.Length == 0 && !_rest.IsEmpty && _rest[0] == (byte)AmfMarker.ObjectEnd)
            {
                Take(1);
                return result;
            }
            result[name] = Read(depth + 1);
        }
    }

    private object?[] ReadArray(int depth)
    {
        var count = BinaryPrimitives.ReadUInt32BigEndian(Take(4));
        if (count > MaxValues || count > _rest.Length) throw Malformed($"an array announces {count} values");
        var values = new object?[count];
        for (var i = 0; i < values.Length; i++) values[i] = Read(depth + 1);
        return values;
    }

    private DateTimeOffset ReadDate()
    {
        var ms = BinaryPrimitives.ReadDoubleBigEndian(Take(8));
        Take(2); // Time zone, reserved.
        return ms is >= -62_135_596_800_000 and <= 253_402_300_799_000
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms)
            : throw Malformed("a date is out of range");
    }

    private string ReadText(uint length) => System.Text.Encoding.UTF8.GetString(Take(length));

    private ReadOnlySpan<byte> Take(uint count)
    {
        if (count > _rest.Length) throw Malformed("a value is cut off");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private static MediaException Malformed(string what) => new(MediaFault.Malformed, $"The RTMP command is broken: {what}. Publish with OBS or FFmpeg.");
}
