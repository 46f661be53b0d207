using ClusterCast.Media.Encoding;

namespace ClusterCast.Media.Tests.Support;

/// <summary>Runs FFmpeg programs to their end.</summary>
public static class Ffmpeg
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs ffmpeg with arguments separated by spaces; files by name.</summary>
    public static Task<string> RunAsync(string arguments, params string[] files) => ProgramAsync(FfmpegTools.Ffmpeg, "-hide_banner -loglevel error -nostdin -y " + arguments, files);

    public static Task<string> ProbeAsync(string arguments, params string[] files) => ProgramAsync(FfmpegTools.Ffprobe, "-v error " + arguments, files);

    /// <summary>{0}, {1} ... in the arguments stand for files.</summary>
    private static async Task<string> ProgramAsync(string program, string arguments, string[] files)
    {
        using var limit = new CancellationTokenSource(Limit);
        var split = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => string.Format(argument, files));
        await using var process = FfmpegProcess.Start(program, split);
        process.Input.Close();
        var output = await new StreamReader(process.Output).ReadToEndAsync(limit.Token);
        Assert.True(await process.WaitAsync(limit.Token) == 0, process.Errors);
        Assert.Equal("", process.Errors);
        return output;
    }

    /// <summary>Starts ffmpeg publishing a test picture and tone by RTMP.</summary>
    public static FfmpegProcess Publish(string url, double seconds = 5, string video = "-c:v libx264 -preset ultrafast -g 60 -keyint_min 60 -sc_threshold 0 -bf 0",
        string audio = "-c:a aac -b:a 64k", string size = "320x180", string pace = "") =>
        FfmpegProcess.Start(FfmpegTools.Ffmpeg,
            ($"-hide_banner -loglevel error -nostdin {pace} -f lavfi -i testsrc2=s={size}:r=30:d={seconds} " +
             (audio == "-an" ? "" : $"{pace} -f lavfi -i sine=f=440:r=48000:d={seconds} -ac 2 ") +
             $"{video} -pix_fmt yuv420p {audio} -f flv {url}").Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
