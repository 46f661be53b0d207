namespace ClusterCast.Media.Cmaf;

/// <summary>One sample of a chunk that is to be written.</summary>
/// <param name="Data">The coded bytes.</param>
/// <param name="Duration">Ticks of the track's timescale.</param>
/// <param name="CompositionOffset">Presentation time less decoding time in ticks; may be negative.</param>
public readonly record struct CmafSample(ReadOnlyMemory<byte> Data, uint Duration, int CompositionOffset = 0);

/// <summary>Samples of one track that follow each other.</summary>
/// <param name="Track">Track id, see <see cref="CmafTracks"/>.</param>
/// <param name="DecodeTime">Decoding time of the first sample in ticks.</param>
/// <param name="Samples">At least one.</param>
/// <param name="FirstIsSync">Decoding can begin with the first sample. In an audio chunk all samples are such.</param>
public sealed record CmafChunk(int Track, ulong DecodeTime, IReadOnlyList<CmafSample> Samples, bool FirstIsSync);
