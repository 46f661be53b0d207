namespace ClusterCast.Media.Encoding;

/// <summary>Finds the FFmpeg programs.</summary>
public static class FfmpegTools
{
    /// <summary>Full path of <c>ffmpeg</c>.</summary>
    /// <exception cref="MediaException">It is not installed (<see cref="MediaFault.FfmpegMissing"/>).</exception>
    public static string Ffmpeg => Find("ffmpeg");

    /// <summary>Full path of <c>ffprobe</c>.</summary>
    /// <exception cref="MediaException">It is not installed (<see cref="MediaFault.FfmpegMissing"/>).</exception>
    public static string Ffprobe => Find("ffprobe");

    /// <summary>Looks for a program in the folders of a search path.</summary>
    /// <param name="name">Name of the program.</param>
    /// <param name="searchPath">Folders, separated as in <c>PATH</c>, which is the default.</param>
    /// <exception cref="MediaException">It is in none of them (<see cref="MediaFault.FfmpegMissing"/>).</exception>
    public static string Find(string name, string? searchPath = null)
    {
        foreach (var folder in (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Combine(folder, name);
            if (File.Exists(candidate)) return candidate;
        }
        throw new MediaException(MediaFault.FfmpegMissing, $"The program {name} is not installed; run: sudo apt-get install ffmpeg");
    }
}
