using System.Text.Json;

namespace ClusterCast.Bindings;

/// <summary>An argument, a result, or a member of a struct.</summary>
/// <param name="Name">May be empty.</param>
/// <param name="Type">Canonical type, tuples written out.</param>
/// <param name="Struct">Name of the struct; null when it is none.</param>
/// <param name="Suffix">Array brackets behind the element's type.</param>
/// <param name="Members">Of the struct.</param>
/// <param name="Indexed">Whether an event keeps it as a topic.</param>
internal sealed record Parameter(string Name, string Type, string? Struct, string Suffix, IReadOnlyList<Parameter> Members, bool Indexed)
{
    /// <summary>The same without its last brackets; null when it is no array.</summary>
    public Parameter? Element => Suffix.Length == 0 ? null : this with { Type = Type[..Type.LastIndexOf('[')], Suffix = Suffix[..Suffix.LastIndexOf('[')] };
}

/// <summary>A function, an event, an error or a constructor.</summary>
internal sealed record Entry(string Kind, string Name, IReadOnlyList<Parameter> Inputs, IReadOnlyList<Parameter> Outputs, string Mutability, bool Anonymous)
{
    /// <summary>Canonical signature.</summary>
    public string Signature => Name + Types(Inputs);

    /// <summary>Types in parentheses.</summary>
    public static string Types(IEnumerable<Parameter> parameters) => $"({string.Join(',', parameters.Select(parameter => parameter.Type))})";
}

/// <summary>What a compiler says of a contract: Foundry's and Hardhat's JSON.</summary>
internal sealed class Artifact
{
    private Artifact(string file, bool hasCode, IReadOnlyList<Entry> entries, Documentation docs)
    {
        HasCode = hasCode;
        Name = Path.GetFileNameWithoutExtension(file);
        Entries = entries;
        Docs = docs;
    }

    /// <summary>Name of the contract.</summary>
    public string Name { get; }

    /// <summary>Whether it can be deployed.</summary>
    public bool HasCode { get; }

    /// <summary>Its ABI.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>Its NatSpec.</summary>
    public Documentation Docs { get; }

    /// <summary>Reads a file.</summary>
    public static Artifact Load(string path)
    {
        var root = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        var entries = root.GetProperty("abi").EnumerateArray().Select(ReadEntry).OrderBy(entry => entry.Kind, StringComparer.Ordinal).ThenBy(entry => entry.Signature, StringComparer.Ordinal);
        return new Artifact(path, root.TryGetProperty("bytecode", out _), [.. entries], new Documentation(root));
    }

    private static Entry ReadEntry(JsonElement json) => new(
        json.GetProperty("type").GetString()!,
        Text(json, "name"),
        Parameters(json, "inputs"),
        Parameters(json, "outputs"),
        Text(json, "stateMutability"),
        json.TryGetProperty("anonymous", out var anonymous) && anonymous.GetBoolean());

    private static Parameter[] Parameters(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(ReadParameter)] : [];

    private static Parameter ReadParameter(JsonElement json)
    {
        var type = json.GetProperty("type").GetString()!;
        var members = Parameters(json, "components");
        var bracket = type.IndexOf('[', StringComparison.Ordinal);
        var suffix = bracket < 0 ? "" : type[bracket..];
        var isTuple = type.StartsWith("tuple", StringComparison.Ordinal);
        return new Parameter(
            Text(json, "name"),
            isTuple ? Entry.Types(members) + suffix : type,
            isTuple ? StructName(Text(json, "internalType")) : null,
            suffix,
            members,
            json.TryGetProperty("indexed", out var indexed) && indexed.GetBoolean());
    }

    // "struct Group[]" and "struct Library.Group".
    private static string StructName(string internalType)
    {
        var name = internalType.Split(' ')[^1].Split('[')[0].Split('.')[^1];
        return name.Length > 0 ? name : throw new NotSupportedException("A struct has no name; the compiler gave no internalType.");
    }

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
