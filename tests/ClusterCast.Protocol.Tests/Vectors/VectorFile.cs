using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Reads and writes spec/vectors.</summary>
internal static class VectorFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static bool Writes => Environment.GetEnvironmentVariable("CLUSTERCAST_WRITE_VECTORS") == "1";

    public static string PathOf(string name) => Path.Combine(Repository.Root, "spec", "vectors", name);

    public static string Format(JsonNode node) => node.ToJsonString(Options) + "\n";

    /// <summary>Asserts that the file holds exactly this, or writes it there when asked to.</summary>
    public static void Check(string name, JsonNode expected)
    {
        var text = Format(expected);
        if (Writes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
            File.WriteAllText(PathOf(name), text);
        }

        Assert.True(File.Exists(PathOf(name)), $"spec/vectors/{name} is missing: run the tests once with CLUSTERCAST_WRITE_VECTORS=1.");
        Assert.Equal(text, File.ReadAllText(PathOf(name)));
    }
}
