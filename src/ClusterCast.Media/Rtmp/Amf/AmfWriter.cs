using System.Buffers;
using System.Buffers.Binary;

namespace ClusterCast.Media.Rtmp.Amf;

/// <summary>Writes the values that <see cref="AmfReader"/> reads as AMF0.</summary>
public static class AmfWriter
{
    /// <summary>The values, one after the other, as bytes.</summary>
    /// <exception cref="ArgumentException">A value is of a type that AMF0 does not know.</exception>
    public static byte[] ToBytes(params ReadOnlySpan<object?> values)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var value in values) Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes one value.</summary>
    /// <exception cref="ArgumentException">The value is of a type that AMF0 does not know.</exception>
    public static void Write(IBufferWriter<byte> output, object? value)
    {
        switch (value)
        {
            case null: Marker(output, AmfMarker.Null); break;
            case double number: Number(output, AmfMarker.Number, number); break;
            case int number: Number(output, AmfMarker.Number, number); break;
            case bool flag:
                Marker(output, AmfMarker.Boolean);
                output.Write<byte>([flag ? (byte)1 : (byte)0]);
                break;
            case string text when System.Text.Encoding.UTF8.GetByteCount(text) <= ushort.MaxValue:
                Marker(output, AmfMarker.String);
                ShortText(output, text);
                break;
            case string text:
                Marker(output, AmfMarker.LongString);
                var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
                UInt32(output, (uint)utf8.Length);
                output.Write<byte>(utf8);
                break;
            case DateTimeOffset date:
                Number(output, AmfMarker.Date, date.ToUnixTimeMilliseconds());
                output.Write<byte>([0, 0]);
                break;
            case AmfObject map:
                Marker(output, map.IsArray ? AmfMarker.EcmaArray : AmfMarker.Object);
                if (map.IsArray) UInt32(output, (uint)map.Count);
                foreach (var (name, item) in map)
                {
                    ShortText(output, name);
                    Write(output, item);
                }
                output.Write<byte>([0, 0, (byte)AmfMarker.ObjectEnd]);
                break;
            case object?[] array:
                Marker(output, AmfMarker.StrictArray);
                UInt32(output, (uint)array.Length);
                foreach (var item in array) Write(output, item);
                break;
            default: throw new ArgumentException($"AMF0 has no type for {value.GetType()}.", nameof(value));
        }
    }

    private static void Marker(IBufferWriter<byte> output, AmfMarker marker) => output.Write<byte>([(byte)marker]);

    private static void Number(IBufferWriter<byte> output, AmfMarker marker, double value)
    {
        Marker(output, marker);
        BinaryPrimitives.WriteDoubleBigEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    private static void UInt32(IBufferWriter<byte> output, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    private static void ShortText(IBufferWriter<byte> output, string text)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), checked((ushort)utf8.Length));
        output.Advance(2);
        output.Write<byte>(utf8);
    }
}
