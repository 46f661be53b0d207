using ClusterCast.Media.Encoding;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Encoding;

public sealed class EncoderProbeTests
{
    [Fact]
    public async Task What_encodes_here_is_found_with_its_cost()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var report = await new EncoderProbe().RunAsync(limit.Token);
        Assert.InRange(report.CoresFor(new VideoShape(1920, 1080, 30, 6000)), 0.001, 20);
        Assert.True(report.MegapixelsPerSecond > 1);
        Assert.NotEqual("ultrafast", report.Choice.Preset);
        if (report.Choice.Encoder == VideoEncoder.X264) Assert.All(["NVENC", "Quick Sync", "VAAPI", "x264", "cores for 1080p30"], word => Assert.Contains(word, report.Warning));
    }

    [Theory]
    [InlineData("h264_nvenc", VideoEncoder.Nvenc)]
    [InlineData("h264_qsv", VideoEncoder.QuickSync)]
    [InlineData("h264_vaapi", VideoEncoder.Vaapi)]
    public async Task The_first_GPU_that_encodes_is_taken(string codec, VideoEncoder encoder)
    {
        using var folder = new TempFolder();
        var program = Program(folder, $"case \"$*\" in *{codec}*) echo 'bench: utime=0.100s stime=0.020s rtime=0.200s' >&2;; *) echo '[x] [error] no such device' >&2; exit 1;; esac");
        var report = await new EncoderProbe(program).RunAsync(CancellationToken.None);
        Assert.Equal(encoder, report.Choice.Encoder);
        Assert.Null(report.Warning);
        Assert.Equal(0.12, report.CoresFor(new VideoShape(1920, 1080, 30, 6000)), 3);
    }

    [Theory]
    [InlineData("0.050", "fast")] // a fast machine takes the slowest preset
    [InlineData("9.000", "superfast")]
    public async Task The_preset_follows_the_measured_speed(string seconds, string preset)
    {
        using var folder = new TempFolder();
        var program = Program(folder, $"case \"$*\" in *libx264*) echo 'bench: utime={seconds}s stime=0.000s rtime=0.200s' >&2;; *) exit 1;; esac");
        Assert.Equal(preset, (await new EncoderProbe(program).RunAsync(CancellationToken.None)).Choice.Preset);
    }

    [Fact]
    public async Task Without_any_encoder_the_failure_says_what_to_install()
    {
        using var folder = new TempFolder();
        var failure = await Assert.ThrowsAsync<MediaException>(() => new EncoderProbe(Program(folder, "echo '[error] Unknown encoder' >&2; exit 1")).RunAsync(CancellationToken.None));
        Assert.Equal("FFmpeg cannot encode H.264 (Unknown encoder); install one with libx264: sudo apt-get install ffmpeg", failure.Message);
    }

    private static string Program(TempFolder folder, string script)
    {
        var file = folder.File("ffmpeg");
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
