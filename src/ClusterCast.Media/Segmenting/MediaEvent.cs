namespace ClusterCast.Media.Segmenting;

/// <summary>What the segmenter gives: a <see cref="MediaInit"/> before the first part and whenever the configuration changes, else <see cref="MediaPart"/>s.</summary>
public abstract record MediaEvent;

/// <summary>The init segment that all parts after it need.</summary>
/// <param name="Bytes">ftyp and moov, at most 65,000 bytes.</param>
/// <param name="Codecs">For MSE and HLS, e.g. <c>avc1.4d401f,mp4a.40.2</c> (RFC 6381).</param>
/// <param name="Width">Picture width in pixels.</param>
/// <param name="Height">Picture height in pixels.</param>
public sealed record MediaInit(ReadOnlyMemory<byte> Bytes, string Codecs, int Width, int Height) : MediaEvent;

/// <summary>One part: the video CMAF chunk of at most 100 ms, then the audio CMAF chunk of what sound has arrived.</summary>
/// <param name="Bytes">moof and mdat of video, then of audio if there is any; owned by the garbage collector, never reused.</param>
/// <param name="StartsSegment">The part is the first of its segment; it then begins with an IDR frame.</param>
/// <param name="BeginsWithIdr">The first frame is an IDR frame.</param>
/// <param name="CaptureTimeMs">When the first frame of the part arrived, Unix ms.</param>
/// <param name="Start">Decoding time of the first frame on the run's timeline, which starts at 0.</param>
/// <param name="Duration">Sum of the frames' durations.</param>
public sealed record MediaPart(
    ReadOnlyMemory<byte> Bytes, bool StartsSegment, bool BeginsWithIdr, long CaptureTimeMs, TimeSpan Start, TimeSpan Duration) : MediaEvent;
