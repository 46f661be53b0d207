using ClusterCast.Node.Configuration;

namespace ClusterCast.Node.Network;

/// <summary>Where a role keeps its files: <c>--data</c>, or <c>$XDG_DATA_HOME/clustercast/ROLE</c> (XDG Base Directory Specification).</summary>
public static class DataFolder
{
    /// <summary>The folder, created when it is missing and readable by its owner only.</summary>
    public static string Of(Settings settings, string role)
    {
        var path = settings.Text("data") ?? Path.Combine(Home(), "clustercast", role);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.GetFullPath(path);
    }

    private static string Home() => Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } xdg
        ? xdg
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
}
