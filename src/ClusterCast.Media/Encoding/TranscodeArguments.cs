using System.Globalization;

namespace ClusterCast.Media.Encoding;

/// <summary>FFmpeg's command lines for live transcoding, for every encoder: FLV on standard input, FLV on standard output, a frame out as soon as it is in.</summary>
public static class TranscodeArguments
{
    /// <summary>Seconds between key frames.</summary>
    public const int KeyframeSeconds = 2;

    // A frame of a source at 60 frames/s may come a little early for an output of 30.
    private const double EarlyShare = 0.9;

    // Analysis is off: sizes and codecs stand in the first tags. (-fflags nobuffer would throw away what was read meanwhile: the first frames.)
    private static readonly string[] Start = ["-hide_banner", "-loglevel", "warning", "-nostdin", "-fpsprobesize", "0", "-probesize", "32", "-analyzeduration", "0"];

    // Times are kept, so that a frame can be told by its time, and frames are neither doubled nor dropped to meet a rate.
    private static readonly string[] Times = ["-map", "0:v:0", "-an", "-fps_mode", "passthrough", "-enc_time_base", "1:1000"];

    private static readonly string[] Output = ["-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv", "pipe:1"];

    /// <summary>Arguments for one output.</summary>
    /// <param name="choice">The encoder.</param>
    /// <param name="shape">What comes out.</param>
    /// <param name="source">What goes in.</param>
    public static string[] Build(EncoderChoice choice, VideoShape shape, TranscodeSource source) =>
    [
        .. Start, .. Device(choice.Encoder), .. Decoder(choice.Encoder, source), "-copyts", "-f", "flv", "-i", "pipe:0",
        .. Times, .. Filters(choice.Encoder, shape, source), .. Encoder(choice, shape), .. Output,
    ];

    /// <summary>Arguments that encode a moving test picture for so many frames and throw it away: whether the encoder really works, and how fast.</summary>
    public static string[] Probe(EncoderChoice choice, VideoShape shape, int frames) =>
    [
        "-hide_banner", "-loglevel", "level+info", "-nostats", "-benchmark", "-nostdin", .. Device(choice.Encoder),
        "-f", "lavfi", "-i", Invariant($"testsrc2=s={shape.Width}x{shape.Height}:r={shape.FrameRate}"), "-frames:v", Invariant($"{frames}"),
        "-vf", choice.Encoder switch
        {
            VideoEncoder.X264 => "format=yuv420p",
            VideoEncoder.Nvenc => "format=yuv420p,hwupload_cuda",
            _ => "format=nv12,hwupload=extra_hw_frames=16",
        },
        .. Encoder(choice, shape), "-f", "null", "-",
    ];

    private static string[] Device(VideoEncoder encoder) => encoder switch
    {
        VideoEncoder.Nvenc => ["-init_hw_device", "cuda=gpu", "-filter_hw_device", "gpu"],
        VideoEncoder.QuickSync => ["-init_hw_device", "qsv=gpu", "-filter_hw_device", "gpu"],
        VideoEncoder.Vaapi => ["-init_hw_device", "vaapi=gpu", "-filter_hw_device", "gpu"],
        _ => [],
    };

    // Threads for whole frames would hold a frame back for each of them. The flag low_delay gives frames out at once, which puts B-frames in a wrong order.
    private static string[] Decoder(VideoEncoder encoder, TranscodeSource source) =>
    [
        .. encoder switch
        {
            VideoEncoder.Nvenc => (string[])["-hwaccel", "cuda", "-hwaccel_output_format", "cuda"],
            VideoEncoder.QuickSync => ["-hwaccel", "qsv", "-hwaccel_output_format", "qsv"],
            VideoEncoder.Vaapi => ["-hwaccel", "vaapi", "-hwaccel_output_format", "vaapi"],
            _ => [],
        },
        "-thread_type", "slice", .. source.IsReordered ? (string[])[] : ["-flags", "low_delay"],
    ];

    private static string[] Filters(VideoEncoder encoder, VideoShape shape, TranscodeSource source)
    {
        var filters = new List<string>();
        if (shape.FrameRate < source.FrameRate * EarlyShare)
            filters.Add(Invariant($"select='isnan(prev_selected_t)+key+gte(t-prev_selected_t,{EarlyShare / shape.FrameRate:0.#####})'"));
        if (shape.Width != source.Width || shape.Height != source.Height)
            filters.Add(encoder switch
            {
                VideoEncoder.Nvenc => $"scale_cuda={shape.Width}:{shape.Height}",
                VideoEncoder.QuickSync => $"scale_qsv={shape.Width}:{shape.Height}",
                VideoEncoder.Vaapi => $"scale_vaapi={shape.Width}:{shape.Height}",
                _ => $"scale={shape.Width}:{shape.Height}:flags=bicubic",
            });
        if (encoder == VideoEncoder.X264) filters.Add("format=yuv420p");
        return filters.Count == 0 ? [] : ["-vf", string.Join(',', filters)];
    }

    private static string[] Encoder(EncoderChoice choice, VideoShape shape) =>
    [
        .. choice.Encoder switch
        {
            VideoEncoder.Nvenc => (string[])
                ["-c:v", "h264_nvenc", "-preset", "p4", "-tune", "ull", "-zerolatency", "1", "-delay", "0", "-rc", "cbr", "-forced-idr", "1", "-profile:v", "high"],
            VideoEncoder.QuickSync => ["-c:v", "h264_qsv", "-preset", "veryfast", "-async_depth", "1", "-look_ahead", "0", "-forced_idr", "1", "-profile:v", "high"],
            VideoEncoder.Vaapi => ["-c:v", "h264_vaapi", "-rc_mode", "CBR", "-async_depth", "1", "-idr_interval", "0", "-profile:v", "high"],
            _ => ["-c:v", "libx264", "-preset", choice.Preset, "-tune", "zerolatency", "-forced-idr", "1", "-sc_threshold", "0", "-aq-mode", "2", "-profile:v", "high"],
        },
        "-bf", "0", .. Grid(shape), .. Rate(shape),
    ];

    // Key frames follow those of the source, so that all outputs have them at the same frames; between them, where the source has them more rarely.
    private static string[] Grid(VideoShape shape)
    {
        var frames = Invariant($"{Math.Round(shape.FrameRate * KeyframeSeconds)}");
        return ["-g", frames, "-keyint_min", frames, "-force_key_frames", "source"];
    }

    // A buffer of a second: half of one costs a point of VMAF at the hardest twentieth of the pictures.
    private static string[] Rate(VideoShape shape) =>
        ["-b:v", $"{shape.VideoKbps}k", "-maxrate", $"{shape.VideoKbps}k", "-bufsize", $"{shape.VideoKbps}k"];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a transcoder gets.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="FrameRate">Frames per second.</param>
/// <param name="IsReordered">Whether it has B-frames.</param>
public sealed record TranscodeSource(int Width, int Height, double FrameRate, bool IsReordered);
