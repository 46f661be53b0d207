namespace ClusterCast.EndToEnd.Support;

/// <summary>FFmpeg as camera, clip maker and player.</summary>
internal static class Ffmpeg
{
    private static readonly string[] Quiet = ["-hide_banner", "-loglevel", "error", "-nostdin"];
    private static readonly string[] Picture = ["-re", "-f", "lavfi", "-i", "testsrc=size=640x360:rate=30"];
    private static readonly string[] Sound = ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
    private static readonly string[] H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "60"];

    /// <summary>Publishes a test picture and a tone as a person would, H.264 and AAC.</summary>
    public static Command Publish(Sandbox sandbox, string url) => PublishAs(sandbox, url, [.. H264, "-c:a", "aac"]);

    /// <summary>Publishes with other codecs.</summary>
    public static Command PublishAs(Sandbox sandbox, string url, params string[] codecs) =>
        Command.Start(sandbox, "ffmpeg", [.. Quiet, .. Picture, .. Sound, .. codecs, "-f", "flv", url]);

    /// <summary>Makes a clip of 8 s without sound and of odd width and height; its path.</summary>
    public static Task<string> SilentOddClipAsync(Sandbox sandbox) => MakeAsync(
        sandbox, "silent.mp4", "-f", "lavfi", "-i", "testsrc=size=643x361:rate=25", "-t", "8", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p");

    /// <summary>Makes a clip of 8 s with 5.1 sound; its path.</summary>
    public static Task<string> SurroundClipAsync(Sandbox sandbox) => MakeAsync(
        sandbox, "surround.mkv", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=24", "-f", "lavfi", "-i", "aevalsrc=sin(440*2*PI*t)|sin(550*2*PI*t)|0|0|0|0:c=5.1:s=44100",
        "-t", "8", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "ac3");

    /// <summary>Runs a player or a probe to its end.</summary>
    public static async Task<Finished> RunAsync(Sandbox sandbox, string program, params string[] arguments)
    {
        await using var command = Command.Start(sandbox, program, arguments);
        return await command.EndAsync(TimeSpan.FromSeconds(40));
    }

    private static async Task<string> MakeAsync(Sandbox sandbox, string name, params string[] arguments)
    {
        var made = await RunAsync(sandbox, "ffmpeg", [.. Quiet, .. arguments, sandbox.File(name)]);
        Assert.True(made.Status == 0, made.ToString());
        return sandbox.File(name);
    }
}
