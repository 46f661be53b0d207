namespace ClusterCast.Media.Egress.Sinks;

/// <summary>Names of recordings. A recording never overwrites a file: the next one gets a number before its ending.</summary>
internal static class RecordingFile
{
    private const int MostFiles = 10_000;

    /// <summary>FFmpeg's container and its options by the ending of the name. MP4 is cut into fragments, so that what is there plays after a crash.</summary>
    private static readonly Dictionary<string, string[]> Containers = new(StringComparer.OrdinalIgnoreCase)
    {
        [".flv"] = ["-f", "flv"],
        [".mkv"] = ["-f", "matroska"],
        [".ts"] = ["-f", "mpegts"],
        [".mp4"] = ["-f", "mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
    };

    public static IReadOnlyList<string> Options(string path) => Containers[Path.GetExtension(path)];

    /// <summary>The path if a recording can be made there.</summary>
    public static string Check(string path)
    {
        if (path.Length == 0 || path.Contains('\0') || !Containers.ContainsKey(Path.GetExtension(path)))
            throw new MediaException(MediaFault.BadDestination, $"A recording's name must end with {string.Join(", ", Containers.Keys)}; give file:PATH with one of them.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return Directory.Exists(folder) ? path : throw new MediaException(MediaFault.BadDestination, $"The folder of the recording {path} does not exist; create it first.");
    }

    /// <summary>The path itself if it is free, else with the next free number.</summary>
    public static string Free(string path)
    {
        for (var n = 1; n < MostFiles; n++)
        {
            var candidate = n == 1 ? path : Path.ChangeExtension(path, null) + $"-{n}" + Path.GetExtension(path);
            if (!File.Exists(candidate)) return candidate;
        }
        throw new MediaException(MediaFault.BadDestination, $"There are {MostFiles} recordings named {path} already; move them away or give another name.");
    }
}
