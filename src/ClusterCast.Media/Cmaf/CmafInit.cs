namespace ClusterCast.Media.Cmaf;

/// <summary>One track of an init segment.</summary>
/// <param name="Id">Track id.</param>
/// <param name="IsVideo">Video, else audio.</param>
/// <param name="Timescale">Ticks a second.</param>
/// <param name="Codec">RFC 6381 name.</param>
/// <param name="Width">Pixels, 0 for audio.</param>
/// <param name="Height">Pixels, 0 for audio.</param>
/// <param name="Channels">Audio channels, 0 for video.</param>
public sealed record CmafTrack(int Id, bool IsVideo, int Timescale, string Codec, int Width, int Height, int Channels);

/// <summary>What an init segment says.</summary>
/// <param name="Tracks">One video track and at most one audio track.</param>
public sealed record CmafInit(IReadOnlyList<CmafTrack> Tracks)
{
    /// <summary>The picture's track.</summary>
    public CmafTrack Video => Tracks.First(track => track.IsVideo);

    /// <summary>The sound's track, if there is sound.</summary>
    public CmafTrack? Audio => Tracks.FirstOrDefault(track => !track.IsVideo);

    /// <summary>The H.264 configuration record (avcC).</summary>
    public ReadOnlyMemory<byte> VideoConfiguration { get; init; }

    /// <summary>The AudioSpecificConfig; empty when there is no sound.</summary>
    public ReadOnlyMemory<byte> AudioConfiguration { get; init; }

    /// <summary>Comma-separated codec names for MSE and HLS.</summary>
    public string Codecs => string.Join(',', Tracks.Select(track => track.Codec));
}

/// <summary>One sample of a parsed chunk.</summary>
/// <param name="Offset">Where its bytes begin in the part.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Duration">Ticks.</param>
/// <param name="CompositionOffset">Ticks.</param>
/// <param name="IsSync">Decoding can begin here.</param>
public readonly record struct CmafParsedSample(int Offset, int Size, uint Duration, int CompositionOffset, bool IsSync);

/// <summary>One moof with its mdat.</summary>
/// <param name="Track">Its track.</param>
/// <param name="DecodeTime">Ticks.</param>
/// <param name="Samples">In decoding order.</param>
public sealed record CmafParsedChunk(CmafTrack Track, ulong DecodeTime, IReadOnlyList<CmafParsedSample> Samples)
{
    /// <summary>Length in ticks.</summary>
    public ulong Duration => Samples.Aggregate(0UL, (sum, sample) => sum + sample.Duration);
}
