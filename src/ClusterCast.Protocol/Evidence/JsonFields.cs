using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Evidence;

/// <summary>Reads the fields of a JSON object strictly: every miss throws an <see cref="EvidenceException"/> that names the field.</summary>
internal readonly struct JsonFields
{
    // An incident with a whole leaf takes 40,000 characters.
    private const int TextLength = 262_144;

    private readonly JsonElement _object;
    private readonly string _path;

    private JsonFields(JsonElement value, string path)
    {
        _object = value;
        _path = path;
    }

    public static T Parse<T>(string text, Func<JsonFields, T> read)
    {
        if (text.Length > TextLength)
        {
            throw new EvidenceException($"The file is longer than {TextLength} characters: it is no evidence.");
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return read(Of(document.RootElement, ""));
        }
        catch (JsonException e)
        {
            throw new EvidenceException($"The file is not JSON: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1} does not fit.");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // What System.Text.Json throws for lone surrogates, as they are and escaped.
            throw new EvidenceException("The file is not valid Unicode text.");
        }
    }

    /// <summary>Refuses fields of other names, and a name that occurs twice.</summary>
    public void Only(params ReadOnlySpan<string> names)
    {
        var seen = new HashSet<string>();
        foreach (var property in _object.EnumerateObject())
        {
            if (!names.Contains(property.Name) || !seen.Add(property.Name))
            {
                throw new EvidenceException($"The field '{_path}{property.Name}' is unknown or occurs twice.");
            }
        }
    }

    public JsonFields Object(string name) => Of(Get(name), _path + name + ".");

    public string Text(string name) => Get(name) is { ValueKind: JsonValueKind.String } value
        ? value.GetString()!
        : throw Wrong(name, "a text");

    public T Number<T>(string name)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => T.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw Wrong(name, $"a decimal number in quotes, at most {T.MaxValue}");

    public StreamId Stream(string name)
    {
        try
        {
            return StreamId.Parse(Text(name));
        }
        catch (FormatException)
        {
            throw Wrong(name, "a stream id: a decimal number in quotes");
        }
    }

    public Address Address(string name) => Identifiers.Address.TryParse(Text(name), out var value) ? value : throw Wrong(name, "0x and 40 hex digits");

    public Hash32 Hash(string name) => Hash32.TryParse(Text(name), out var value) ? value : throw Wrong(name, "0x and 64 hex digits");

    public Signature Signature(string name)
    {
        var value = default(Signature);
        return Hex.TryDecode(Text(name), value) ? value : throw Wrong(name, "0x and 130 hex digits");
    }

    public byte[] Bytes(string name, int atMost)
    {
        var text = Text(name);
        var bytes = new byte[Math.Clamp((text.Length - 2) / 2, 0, atMost)];
        return Hex.TryDecode(text, bytes) ? bytes : throw Wrong(name, $"0x and the hex digits of at most {atMost} bytes");
    }

    public Hash32[] Hashes(string name, int atMost)
    {
        if (Get(name) is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() > atMost)
        {
            throw Wrong(name, $"a list of at most {atMost} hashes");
        }

        var hashes = new List<Hash32>();
        foreach (var item in list.EnumerateArray())
        {
            hashes.Add(item.ValueKind == JsonValueKind.String && Hash32.TryParse(item.GetString(), out var hash) ? hash : throw Wrong(name, "a list of 0x and 64 hex digits each"));
        }

        return [.. hashes];
    }

    public EvidenceException Wrong(string name, string expected) => new($"The field '{_path}{name}' is wrong: {expected} is expected.");

    private static JsonFields Of(JsonElement value, string path) => value.ValueKind == JsonValueKind.Object
        ? new JsonFields(value, path)
        : throw new EvidenceException(path.Length == 0 ? "The file holds no JSON object." : $"The field '{path[..^1]}' is wrong: an object is expected.");

    private JsonElement Get(string name) => _object.TryGetProperty(name, out var value)
        ? value
        : throw new EvidenceException($"The field '{_path}{name}' is missing.");
}
