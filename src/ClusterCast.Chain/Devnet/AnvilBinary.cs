using System.Runtime.InteropServices;

namespace ClusterCast.Chain.Devnet;

/// <summary>Finds the development node.</summary>
public static class AnvilBinary
{
    /// <summary>Environment variable that names the binary.</summary>
    public const string Variable = "CLUSTERCAST_ANVIL";

    /// <summary>
    /// The path of anvil: <see cref="Variable"/>, else the npm package beside the contracts in a folder above this program or the working folder, else PATH.
    /// Throws <see cref="ChainException"/> with <see cref="ChainFault.AnvilMissing"/>.
    /// </summary>
    public static string Find() => Find(
        Environment.GetEnvironmentVariable(Variable), [AppContext.BaseDirectory, Directory.GetCurrentDirectory()], Environment.GetEnvironmentVariable("PATH"));

    internal static string Find(string? named, IReadOnlyList<string> starts, string? path)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named)
                ? named
                : throw new ChainException(ChainFault.AnvilMissing, $"{Variable} names {named}, which does not exist.", "Correct it, or unset it and run `make install`.");
        }

        return starts.Select(Above).FirstOrDefault(found => found is not null) ?? OnPath("anvil", path)
            ?? throw new ChainException(ChainFault.AnvilMissing, "anvil, the development Ethereum node, is not installed.", "Run `make install`.");
    }

    /// <summary>A program on PATH; null when there is none.</summary>
    internal static string? OnPath(string name, string? path) => (path ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static string? Above(string start)
    {
        // The platform's own binary comes first: the npm launcher is a script that a kill would leave an orphan of.
        var platform = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-amd64";
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var modules = Path.Combine(folder.FullName, "contracts", "node_modules");
            string[] places = [Path.Combine(modules, "@foundry-rs", $"anvil-{platform}", "bin", "anvil"), Path.Combine(modules, ".bin", "anvil")];
            if (places.FirstOrDefault(File.Exists) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
