using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ClusterCast.Chain.Tests.Support;

/// <summary>Asks viem, in one Node process for a list of questions.</summary>
internal static class ViemOracle
{
    public static async Task<IReadOnlyList<string>> AskAsync(IEnumerable<JsonObject> questions)
    {
        var script = Path.Combine(Repository.Root, "tests", "ClusterCast.Chain.Tests", "Oracle", "viem.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(new JsonArray([.. questions]).ToJsonString());
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, $"viem's script failed; run `make install` if a package is missing. {await errors}");
        return [.. JsonNode.Parse(await output)!.AsArray().Select(answer => answer!.GetValue<string>())];
    }
}
