using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ClusterCast.EndToEnd.Support;

/// <summary>A test's own folder, which every process that it starts carries in its environment, so that none can be left behind unseen.</summary>
internal sealed partial class Sandbox : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Sandbox() => Directory.CreateDirectory(Temp);

    public string Path { get; } = Directory.CreateTempSubdirectory("cc-e2e-").FullName;

    /// <summary>TMPDIR of the processes. Short, for the paths of sockets in it are bounded.</summary>
    public string Temp => File("t");

    /// <summary>Environment of the processes; it overrides that of the tests.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["TMPDIR"] = Temp,
        ["XDG_DATA_HOME"] = File("share"),
        ["CLUSTERCAST_PASSWORD"] = "",
    };

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>No process runs that was started in here.</summary>
    public Task AssertNoProcessIsLeftAsync() => Poll.UntilAsync(
        () => Leftovers().Count == 0, Patience, () => "Processes are left: " + string.Join("; ", Leftovers().Select(left => $"{left.Id} {left.Command}")));

    /// <summary>No process runs that was started in here, and nothing lies in the temporary folder.</summary>
    public async Task AssertNothingIsLeftAsync()
    {
        await AssertNoProcessIsLeftAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Temp).Select(System.IO.Path.GetFileName));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (id, _) in Leftovers())
        {
            _ = Kill(id, 9);
        }

        await Poll.UntilAsync(() => Leftovers().Count == 0, Patience, () => "Processes survived a kill.");
        Directory.Delete(Path, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int process, int signal);

    private List<(int Id, string Command)> Leftovers()
    {
        var left = new List<(int, string)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(System.IO.Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            var command = Read($"{folder}/cmdline");
            if (command.Contains(Path, StringComparison.Ordinal) || Read($"{folder}/environ").Contains(Path, StringComparison.Ordinal))
            {
                left.Add((id, command.Replace('\0', ' ')));
            }
        }

        return left;
    }

    // A process may end while it is looked at, and those of other users are none of ours.
    private static string Read(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(System.IO.File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
