using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClusterCast.Node.Hosting;

/// <summary>
/// The line of JSON that a role writes to standard output once it serves: <c>{"ready":"relay","http":"http://127.0.0.1:1234",...}</c>.
/// A supervisor learns from it which ports the role got.
/// </summary>
public static class ReadyLine
{
    /// <summary>Writes the line.</summary>
    public static void Write(TextWriter output, string role, params (string Name, string Value)[] addresses)
    {
        var line = new JsonObject { ["ready"] = role };
        foreach (var (name, value) in addresses)
        {
            line[name] = value;
        }

        output.WriteLine(line.ToJsonString());
        output.Flush();
    }

    /// <summary>Reads a line; null when it is another one.</summary>
    public static IReadOnlyDictionary<string, string>? Parse(string line)
    {
        if (!line.StartsWith("{\"ready\"", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
