namespace ClusterCast.Media.Encoding;

/// <summary>The H.264 encoders that are used, the one to prefer first.</summary>
public enum VideoEncoder
{
    /// <summary>NVIDIA's, with decoding and scaling on the GPU.</summary>
    Nvenc,
    /// <summary>Intel's Quick Sync.</summary>
    QuickSync,
    /// <summary>VAAPI: AMD's and Intel's GPUs.</summary>
    Vaapi,
    /// <summary>x264 on the CPU.</summary>
    X264,
}

/// <summary>An encoder and, for x264, its preset.</summary>
/// <param name="Encoder">Which.</param>
/// <param name="Preset">x264's preset; the GPUs have one setting each.</param>
public sealed record EncoderChoice(VideoEncoder Encoder, string Preset = EncoderChoice.FastestPreset)
{
    /// <summary>x264's fastest preset that is used: <c>ultrafast</c> misses VMAF 90.</summary>
    public const string FastestPreset = "superfast";

    /// <summary>For people.</summary>
    public override string ToString() => Encoder switch
    {
        VideoEncoder.Nvenc => "NVENC",
        VideoEncoder.QuickSync => "Quick Sync",
        VideoEncoder.Vaapi => "VAAPI",
        _ => $"x264 {Preset}",
    };
}
