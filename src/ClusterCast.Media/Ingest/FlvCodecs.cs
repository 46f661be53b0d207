using System.Buffers.Binary;

namespace ClusterCast.Media.Ingest;

/// <summary>Names of the codecs that FLV can carry, and their refusal.</summary>
internal static class FlvCodecs
{
    public const int Avc = 7;
    public const int Aac = 10;

    private const string VideoRemedy = "in OBS set Settings > Output > Video Encoder to Software (x264) or another H.264 encoder";
    private const string AudioRemedy = "in OBS set Settings > Output > Audio Encoder to AAC";

    public static MediaException RefuseVideo(int codec) => Refuse("video", codec switch
    {
        2 => "Sorenson H.263",
        3 or 6 => "Screen Video",
        4 or 5 => "VP6",
        8 => "H.263",
        9 => "MPEG-4 Part 2",
        12 => "H.265 (HEVC)",
        13 => "AV1",
        _ => $"unknown (codec {codec})",
    }, "H.264", VideoRemedy);

    /// <summary>Enhanced RTMP: a four character code stands in place of the codec id.</summary>
    public static MediaException RefuseVideo(ReadOnlySpan<byte> fourCc) => Refuse("video", FourCc(fourCc) switch
    {
        "hvc1" => "H.265 (HEVC)",
        "av01" => "AV1",
        "vp08" => "VP8",
        "vp09" => "VP9",
        "avc1" => "H.264 in enhanced RTMP framing",
        var other => other,
    }, "H.264", VideoRemedy);

    public static MediaException RefuseAudio(int codec) => Refuse("audio", codec switch
    {
        0 or 3 => "PCM",
        1 => "ADPCM",
        2 or 14 => "MP3",
        4 or 5 or 6 => "Nellymoser",
        7 or 8 => "G.711",
        11 => "Speex",
        _ => $"unknown (codec {codec})",
    }, "AAC", AudioRemedy);

    public static MediaException RefuseAudio(ReadOnlySpan<byte> fourCc) => Refuse("audio", FourCc(fourCc) switch
    {
        "Opus" => "Opus",
        "fLaC" => "FLAC",
        "ac-3" => "AC-3",
        "ec-3" => "E-AC-3",
        ".mp3" => "MP3",
        "mp4a" => "AAC in enhanced RTMP framing",
        var other => other,
    }, "AAC", AudioRemedy);

    private static string FourCc(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 4 || bytes[..4].ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) ? "unknown" : System.Text.Encoding.ASCII.GetString(bytes[..4]);

    private static MediaException Refuse(string kind, string name, string carried, string remedy) =>
        new(MediaFault.UnsupportedCodec, $"The {kind} codec is {name}, but only {carried} is carried; {remedy}.");
}
