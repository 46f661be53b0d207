namespace ClusterCast.Media.Ingest;

/// <summary>AAC configuration: an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). Mono to 7.1 is carried.</summary>
public sealed class AacConfig : MediaItem, IEquatable<AacConfig>
{
    /// <summary>Samples in an AAC frame of the core codec.</summary>
    public const int SamplesPerFrame = 1024;

    private static readonly int[] Rates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    private AacConfig(byte[] config, int objectType, int sampleRate, int channels) =>
        (Config, ObjectType, SampleRate, Channels) = (config, objectType, sampleRate, channels);

    /// <summary>The configuration bytes.</summary>
    public ReadOnlyMemory<byte> Config { get; }

    /// <summary>Audio object type: 2 AAC-LC, 5 HE-AAC, 29 HE-AAC v2.</summary>
    public int ObjectType { get; }

    /// <summary>Sample rate of the core codec in Hz.</summary>
    public int SampleRate { get; }

    /// <summary>Channels, 1 to 8.</summary>
    public int Channels { get; }

    /// <summary>RFC 6381 name, e.g. <c>mp4a.40.2</c>.</summary>
    public string Codec => $"mp4a.40.{ObjectType}";

    /// <summary>Reads and copies a configuration.</summary>
    /// <exception cref="MediaException">It is broken or of a kind that browsers cannot play.</exception>
    public static AacConfig Parse(ReadOnlySpan<byte> config)
    {
        if (config.Length is < 2 or > 64) throw new MediaException(MediaFault.Malformed, "The AAC configuration is broken; restart the encoder.");
        var bits = new BitReader(config);
        var objectType = (int)bits.Bits(5);
        var rateIndex = (int)bits.Bits(4);
        var rate = rateIndex == 15 ? (int)bits.Bits(24) : rateIndex < Rates.Length ? Rates[rateIndex] : 0;
        var channelConfig = (int)bits.Bits(4);
        if (objectType is 5 or 29)
        {
            if (bits.Bits(4) == 15) bits.Bits(24); // rate of the extension; the track is timed by the core codec
            bits.Bits(5);
        }
        else if (objectType != 2) throw Unsupported($"object type {objectType}");
        if (rate is < 7350 or > 96000) throw Unsupported($"a sample rate of {rate} Hz");
        var channels = channelConfig switch { >= 1 and <= 6 => channelConfig, 7 => 8, _ => throw Unsupported($"channel layout {channelConfig}") };
        return bits.Flag() ? throw Unsupported("frames of 960 samples") : new AacConfig(config.ToArray(), objectType, rate, channels);
    }

    /// <inheritdoc/>
    public bool Equals(AacConfig? other) => other is not null && Config.Span.SequenceEqual(other.Config.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AacConfig);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Config.Span);
        return hash.ToHashCode();
    }

    private static MediaException Unsupported(string what) => new(MediaFault.UnsupportedCodec,
        $"AAC with {what} is not carried; in OBS set Settings > Output > Audio Encoder to AAC and Settings > Audio to 48 kHz stereo.");
}
