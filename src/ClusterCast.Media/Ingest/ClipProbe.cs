using ClusterCast.Media.Encoding;

namespace ClusterCast.Media.Ingest;

/// <summary>What a clip holds.</summary>
/// <param name="HasAudio">There is a sound track.</param>
public sealed record ClipProbe(bool HasAudio)
{
    /// <summary>Asks ffprobe.</summary>
    /// <exception cref="MediaException">The clip cannot be read, holds no picture, or ffprobe is not installed.</exception>
    public static async Task<ClipProbe> RunAsync(string path, CancellationToken cancel = default)
    {
        if (!File.Exists(path)) throw Bad(path, "does not exist", "give the path of a video file");
        await using var probe = FfmpegProcess.Start(FfmpegTools.Ffprobe,
            ["-v", "error", "-show_entries", "stream=codec_type:stream_disposition=attached_pic", "-of", "csv=p=0", "--", path]);
        var output = new StreamReader(probe.Output);
        var lines = (await output.ReadToEndAsync(cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (await probe.WaitAsync(cancel) != 0) throw Bad(path, "cannot be read by FFmpeg", "give a video file, for instance an MP4 with H.264");
        if (!lines.Contains("video,0")) throw Bad(path, "holds no video track", "give a clip with a picture");
        return new ClipProbe(lines.Any(line => line.StartsWith("audio", StringComparison.Ordinal)));
    }

    private static MediaException Bad(string path, string what, string remedy) => new(MediaFault.BadClip, $"The clip {path} {what}; {remedy}.");
}
