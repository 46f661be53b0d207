using System.Diagnostics;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Encoding;

public sealed class FfmpegProcessTests
{
    [Fact]
    public void A_missing_program_is_named_with_the_command_that_installs_it()
    {
        using var folder = new TempFolder();
        var failure = Assert.Throws<MediaException>(() => FfmpegTools.Find("ffmpeg", folder.File("")));
        Assert.Equal(MediaFault.FfmpegMissing, failure.Fault);
        Assert.Equal("The program ffmpeg is not installed; run: sudo apt-get install ffmpeg", failure.Message);
        Assert.Equal(MediaFault.FfmpegMissing, Assert.Throws<MediaException>(() => FfmpegProcess.Start(folder.File("ffmpeg"), [])).Fault);
    }

    [Fact]
    public async Task Disposing_kills_and_reaps()
    {
        var process = FfmpegProcess.Start(FfmpegTools.Ffmpeg, "-loglevel error -nostdin -re -f lavfi -i testsrc2=s=64x64 -f null -".Split(' '));
        var id = process.Id;
        Assert.NotNull(Process.GetProcessById(id));
        await process.DisposeAsync();
        await process.DisposeAsync();
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task The_first_complaint_makes_the_failure()
    {
        await using var process = FfmpegProcess.Start(FfmpegTools.Ffmpeg, "-hide_banner -loglevel error -nostdin -i does-not-exist.mp4 -f null -".Split(' '));
        var failure = await process.FailureAsync("reading", "give a file");
        Assert.Equal("FFmpeg failed while reading (does-not-exist.mp4: No such file or directory); give a file.", failure.Message);
    }

    [Fact]
    public async Task Error_output_is_bounded()
    {
        await using var process = FfmpegProcess.Start("/bin/sh", ["-c", "i=0; while [ $i -lt 5000 ]; do echo line number $i >&2; i=$((i+1)); done"]);
        using var limit = new CancellationTokenSource(Ffmpeg.Limit);
        await process.WaitAsync(limit.Token);
        Assert.InRange(process.Errors.Length, 1000, 8192);
        Assert.EndsWith("line number 4999\n", process.Errors);
    }
}
