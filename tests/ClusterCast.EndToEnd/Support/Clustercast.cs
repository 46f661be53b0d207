using ClusterCast.Node.Tests.Support;

namespace ClusterCast.EndToEnd.Support;

/// <summary>The real binary, of the same configuration as these tests.</summary>
internal static class Clustercast
{
    // BaseDirectory is tests/ClusterCast.EndToEnd/bin/CONFIGURATION/net10.0/.
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Binary { get; } = Path.Combine(Repository.Root, "src", "ClusterCast.Cli", "bin", Configuration, "net10.0", "clustercast");

    /// <summary>Starts a verb.</summary>
    public static Command Start(Sandbox sandbox, params IEnumerable<string> arguments) => Command.Start(sandbox, Binary, arguments);

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<Finished> RunAsync(Sandbox sandbox, TimeSpan bound, params IEnumerable<string> arguments)
    {
        await using var command = Start(sandbox, arguments);
        return await command.EndAsync(bound);
    }

    /// <summary>A verb fails with this status and one sentence that holds all of <paramref name="words"/>.</summary>
    public static async Task RefusesAsync(int status, string[] words, params IEnumerable<string> arguments)
    {
        await using var sandbox = new Sandbox();
        await RefusesAsync(sandbox, status, words, arguments);
    }

    /// <inheritdoc cref="RefusesAsync(int, string[], IEnumerable{string})"/>
    public static async Task RefusesAsync(Sandbox sandbox, int status, string[] words, params IEnumerable<string> arguments)
    {
        IsRefusal(await RunAsync(sandbox, TimeSpan.FromSeconds(60), arguments), status, words);
        await sandbox.AssertNothingIsLeftAsync();
    }

    /// <summary>It ended with this status and one sentence, its last, that holds all of <paramref name="words"/>; no trace of an exception.</summary>
    public static void IsRefusal(Finished finished, int status, params string[] words)
    {
        Assert.True(finished.Status == status, $"Expected status {status}: {finished}");
        var sentence = Assert.Single(finished.Errors.Split('\n'), line => line.StartsWith("clustercast: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", finished.ToString());
        Assert.DoesNotContain("Unhandled", finished.ToString());
        Assert.All(words, word => Assert.Contains(word, sentence, StringComparison.OrdinalIgnoreCase));
    }
}
