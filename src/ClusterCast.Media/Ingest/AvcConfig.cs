namespace ClusterCast.Media.Ingest;

/// <summary>H.264 configuration: an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).</summary>
public sealed class AvcConfig : MediaItem, IEquatable<AvcConfig>
{
    /// <summary>Largest record in bytes.</summary>
    public const int MaxBytes = 16 << 10;

    private AvcConfig(byte[] record, int nalLengthSize, int width, int height) =>
        (Record, NalLengthSize, Width, Height) = (record, nalLengthSize, width, height);

    /// <summary>The record, as it goes into an avcC box.</summary>
    public ReadOnlyMemory<byte> Record { get; }

    /// <summary>Bytes of the length before each NAL unit: 1, 2 or 4.</summary>
    public int NalLengthSize { get; }

    /// <summary>Picture width in pixels after cropping.</summary>
    public int Width { get; }

    /// <summary>Picture height in pixels after cropping.</summary>
    public int Height { get; }

    /// <summary>RFC 6381 name, e.g. <c>avc1.4d401f</c>.</summary>
    public string Codec => $"avc1.{Convert.ToHexStringLower(Record.Span.Slice(1, 3))}";

    /// <summary>Reads and copies a record.</summary>
    /// <exception cref="MediaException">It is broken or of a kind that browsers cannot play.</exception>
    public static AvcConfig Parse(ReadOnlySpan<byte> record)
    {
        if (record.Length is < 7 or > MaxBytes || record[0] != 1) throw Malformed();
        var lengthSize = (record[4] & 3) + 1;
        if (lengthSize == 3) throw Malformed();
        var at = 5;
        (int Width, int Height)? size = null;
        for (var set = 0; set < 2; set++) // sequence parameter sets, then picture parameter sets
        {
            if (at >= record.Length) throw Malformed();
            var count = set == 0 ? record[at] & 0x1F : record[at];
            at++;
            if (count == 0) throw Malformed();
            for (var i = 0; i < count; i++)
            {
                if (at + 2 > record.Length) throw Malformed();
                var length = record[at] << 8 | record[at + 1];
                at += 2;
                if (length < 2 || at + length > record.Length) throw Malformed();
                if (set == 0) size ??= SpsReader.ReadSize(record.Slice(at, length));
                at += length;
            }
        }
        return new AvcConfig(record.ToArray(), lengthSize, size!.Value.Width, size.Value.Height);
    }

    /// <inheritdoc/>
    public bool Equals(AvcConfig? other) => other is not null && Record.Span.SequenceEqual(other.Record.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AvcConfig);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Record.Span);
        return hash.ToHashCode();
    }

    private static MediaException Malformed() => new(MediaFault.Malformed, "The H.264 configuration is broken; restart the encoder.");
}
