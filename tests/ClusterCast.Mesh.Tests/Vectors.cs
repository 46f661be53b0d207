using System.Text.Json.Nodes;

namespace ClusterCast.Mesh.Tests;

/// <summary>Reads spec/vectors.</summary>
internal static class Vectors
{
    public static JsonNode Read(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ClusterCast.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return JsonNode.Parse(File.ReadAllText(Path.Combine(folder.FullName, "spec", "vectors", name)))!;
    }
}
