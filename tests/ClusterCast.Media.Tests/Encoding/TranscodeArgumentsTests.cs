using ClusterCast.Media.Encoding;

namespace ClusterCast.Media.Tests.Encoding;

public sealed class TranscodeArgumentsTests
{
    private static readonly VideoShape Hd = new(1280, 720, 30, 3000);
    private static readonly TranscodeSource FullHd = new(1920, 1080, 30, false);

    [Fact]
    public void X264() => Assert.Equal(
        "-hide_banner -loglevel warning -nostdin -fpsprobesize 0 -probesize 32 -analyzeduration 0 -thread_type slice -flags low_delay -copyts -f flv -i pipe:0 " +
        "-map 0:v:0 -an -fps_mode passthrough -enc_time_base 1:1000 -vf scale=1280:720:flags=bicubic,format=yuv420p " +
        "-c:v libx264 -preset superfast -tune zerolatency -forced-idr 1 -sc_threshold 0 -aq-mode 2 -profile:v high -bf 0 -g 60 -keyint_min 60 -force_key_frames source " +
        "-b:v 3000k -maxrate 3000k -bufsize 3000k -flush_packets 1 -flvflags no_duration_filesize -f flv pipe:1",
        Line(VideoEncoder.X264, Hd, FullHd));

    [Fact]
    public void Nvenc_decodes_scales_and_encodes_on_the_GPU() => Assert.Equal(
        "-hide_banner -loglevel warning -nostdin -fpsprobesize 0 -probesize 32 -analyzeduration 0 -init_hw_device cuda=gpu -filter_hw_device gpu " +
        "-hwaccel cuda -hwaccel_output_format cuda -thread_type slice -flags low_delay -copyts -f flv -i pipe:0 " +
        "-map 0:v:0 -an -fps_mode passthrough -enc_time_base 1:1000 -vf scale_cuda=1280:720 " +
        "-c:v h264_nvenc -preset p4 -tune ull -zerolatency 1 -delay 0 -rc cbr -forced-idr 1 -profile:v high -bf 0 -g 60 -keyint_min 60 -force_key_frames source " +
        "-b:v 3000k -maxrate 3000k -bufsize 3000k -flush_packets 1 -flvflags no_duration_filesize -f flv pipe:1",
        Line(VideoEncoder.Nvenc, Hd, FullHd));

    [Theory]
    [InlineData(VideoEncoder.QuickSync, "-init_hw_device qsv=gpu -filter_hw_device gpu -hwaccel qsv -hwaccel_output_format qsv", "scale_qsv=1280:720", "-c:v h264_qsv -preset veryfast -async_depth 1 -look_ahead 0 -forced_idr 1")]
    [InlineData(VideoEncoder.Vaapi, "-init_hw_device vaapi=gpu -filter_hw_device gpu -hwaccel vaapi -hwaccel_output_format vaapi", "scale_vaapi=1280:720", "-c:v h264_vaapi -rc_mode CBR -async_depth 1")]
    public void Other_GPUs(VideoEncoder encoder, string device, string scale, string codec)
    {
        var line = Line(encoder, Hd, FullHd);
        Assert.All([device, scale, codec, "-bf 0 -g 60", "-force_key_frames source"], part => Assert.Contains(part, line));
    }

    [Fact]
    public void Nothing_is_scaled_that_has_the_size() => Assert.DoesNotContain("scale", Line(VideoEncoder.X264, new VideoShape(1920, 1080, 30, 6000), FullHd));

    [Fact]
    public void A_faster_source_loses_frames_but_no_key_frame() =>
        Assert.Contains("-vf select='isnan(prev_selected_t)+key+gte(t-prev_selected_t,0.03)',", Line(VideoEncoder.X264, Hd, FullHd with { FrameRate = 60 }));

    [Fact]
    public void Reordered_pictures_are_not_forced_out() => Assert.DoesNotContain("low_delay", Line(VideoEncoder.X264, Hd, FullHd with { IsReordered = true }));

    [Fact]
    public void The_grid_is_two_seconds_at_every_rate()
    {
        Assert.Contains("-g 120 -keyint_min 120", Line(VideoEncoder.X264, Hd with { FrameRate = 60 }, FullHd with { FrameRate = 60 }));
        Assert.Contains("-g 60 -keyint_min 60", Line(VideoEncoder.X264, Hd with { FrameRate = 29.97 }, FullHd with { FrameRate = 29.97 }));
    }

    [Fact]
    public void No_argument_holds_a_space_that_a_shell_would_split() =>
        Assert.All(Enum.GetValues<VideoEncoder>(), encoder => Assert.DoesNotContain(TranscodeArguments.Build(new EncoderChoice(encoder), Hd, FullHd), argument => argument.Contains(' ')));

    private static string Line(VideoEncoder encoder, VideoShape shape, TranscodeSource source) => string.Join(' ', TranscodeArguments.Build(new EncoderChoice(encoder), shape, source));
}
