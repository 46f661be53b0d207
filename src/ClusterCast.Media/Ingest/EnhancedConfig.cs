using ClusterCast.Media.Egress.Presets;

namespace ClusterCast.Media.Ingest;

/// <summary>Configuration of HEVC or AV1, for destinations that take enhanced RTMP: the record of an hvcC box (ISO/IEC 14496-15, 8.3.3.1) or
/// of an av1C box (AV1 in ISOBMFF, 2.3). We encode or pass these codecs on, and do not read them.</summary>
public sealed class EnhancedConfig : MediaItem, IEquatable<EnhancedConfig>
{
    /// <summary>Largest record in bytes.</summary>
    public const int MaxBytes = 16 << 10;

    private EnhancedConfig(VideoCodec codec, byte[] record) => (Codec, Record) = (codec, record);

    /// <summary>HEVC or AV1.</summary>
    public VideoCodec Codec { get; }

    /// <summary>The record.</summary>
    public ReadOnlyMemory<byte> Record { get; }

    /// <summary>Copies a record, of which only the frame is looked at.</summary>
    /// <exception cref="MediaException">It is of another codec, or broken.</exception>
    public static EnhancedConfig Parse(VideoCodec codec, ReadOnlySpan<byte> record)
    {
        // hvcC: version 1 and 22 bytes before its arrays; av1C: marker and version in one byte, 3 more before its OBUs.
        var well = record.Length <= MaxBytes && codec switch
        {
            VideoCodec.Hevc => record.Length >= 23 && record[0] == 1,
            VideoCodec.Av1 => record.Length >= 4 && record[0] == 0x81,
            _ => false,
        };
        return well ? new EnhancedConfig(codec, record.ToArray())
            : throw new MediaException(MediaFault.Malformed, $"The {codec} configuration is broken; restart the encoder.");
    }

    /// <inheritdoc/>
    public bool Equals(EnhancedConfig? other) => other is not null && Codec == other.Codec && Record.Span.SequenceEqual(other.Record.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EnhancedConfig);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Codec);
        hash.AddBytes(Record.Span);
        return hash.ToHashCode();
    }
}
