using System.Text.Json;
using ClusterCast.Bindings;

// ClusterCast.Bindings FOLDER CONTRACT...: writes one C# file a contract. A contract is "artifact.json|Class|rule,rule" (see TypeMap for the rules).
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: ClusterCast.Bindings FOLDER ARTIFACT|CLASS|TYPES...");
    return 64;
}

Directory.CreateDirectory(args[0]);
foreach (var contract in args.Skip(1))
{
    var parts = contract.Split('|');
    try
    {
        var artifact = Artifact.Load(parts[0]);
        var text = new ContractWriter(artifact, parts[1], new TypeMap(parts[1], parts[2])).Write();
        File.WriteAllText(Path.Combine(args[0], parts[1] + ".g.cs"), text);
    }
    catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException or NotSupportedException or FormatException)
    {
        // The form in which MSBuild shows an error of the build.
        Console.Error.WriteLine($"{parts[0]} : error CCB001: No bindings can be made of it: {e.Message}");
        return 65;
    }
}

return 0;
