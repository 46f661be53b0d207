using System.Text.Json;
using ClusterCast.Chain.Abi;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Devnet;

/// <summary>A compiled contract that is embedded in this assembly.</summary>
public sealed class ContractArtifact
{
    private readonly string _bytecode;
    private readonly IReadOnlyList<Link> _links;

    private ContractArtifact(string name, string bytecode, IReadOnlyList<Link> links, string abi)
    {
        Name = name;
        _bytecode = bytecode;
        _links = links;
        Abi = abi;
    }

    /// <summary>Name of the contract.</summary>
    public string Name { get; }

    /// <summary>Its ABI as JSON.</summary>
    public string Abi { get; }

    /// <summary>Reads an artifact, such as <c>TicketBroker</c>. Throws <see cref="ArgumentException"/> for an unknown name.</summary>
    public static ContractArtifact Load(string name)
    {
        using var stream = typeof(ContractArtifact).Assembly.GetManifestResourceStream($"artifacts/{name}.json")
            ?? throw new ArgumentException($"There is no embedded contract {name}.", nameof(name));
        using var json = JsonDocument.Parse(stream);
        var root = json.RootElement;

        // Foundry nests the code in an object, Hardhat does not.
        var code = root.GetProperty("bytecode");
        var bytecode = code.ValueKind == JsonValueKind.Object ? code.GetProperty("object").GetString()! : code.GetString()!;
        return new ContractArtifact(name, bytecode, ReadLinks(root), root.GetProperty("abi").GetRawText());
    }

    /// <summary>Creation code with libraries in their places and the constructor's arguments behind it.</summary>
    public byte[] Creation(AbiTuple? constructor = null, IReadOnlyList<object>? arguments = null, IReadOnlyDictionary<string, Address>? libraries = null)
    {
        var digits = _bytecode.ToCharArray();
        foreach (var link in _links)
        {
            var address = libraries is not null && libraries.TryGetValue(link.Library, out var found)
                ? found
                : throw new ArgumentException($"{Name} needs the library {link.Library}.", nameof(libraries));
            address.ToString().AsSpan(2).CopyTo(digits.AsSpan(2 + (link.Start * 2)));
        }

        byte[] code = Hex.Decode(new string(digits));
        return constructor is null ? code : [.. code, .. AbiEncoder.Encode(constructor, arguments ?? [])];
    }

    private static List<Link> ReadLinks(JsonElement root)
    {
        var links = new List<Link>();
        if (root.TryGetProperty("linkReferences", out var files))
        {
            foreach (var library in files.EnumerateObject().SelectMany(file => file.Value.EnumerateObject()))
            {
                links.AddRange(library.Value.EnumerateArray().Select(place => new Link(library.Name, place.GetProperty("start").GetInt32())));
            }
        }

        return links;
    }

    // Start is a byte offset into the creation code.
    private readonly record struct Link(string Library, int Start);
}
