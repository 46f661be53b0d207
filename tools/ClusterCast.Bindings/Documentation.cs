using System.Security;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClusterCast.Bindings;

/// <summary>NatSpec as XML documentation; empty where the artifact holds none.</summary>
internal sealed partial class Documentation
{
    private readonly JsonElement? _user;
    private readonly JsonElement? _developer;

    public Documentation(JsonElement artifact)
    {
        if (Member(Member(artifact, "metadata"), "output") is { } output)
        {
            _user = Member(output, "userdoc");
            _developer = Member(output, "devdoc");
        }
    }

    /// <summary>Lines for the contract.</summary>
    public IEnumerable<string> Contract(string name) => Summary(Text(_user, "notice") ?? Text(_developer, "title") ?? $"The contract {name}.");

    /// <summary>Lines for a function, with those of its parameters.</summary>
    public IEnumerable<string> Function(Entry entry)
    {
        var developer = Member(Member(_developer, "methods"), entry.Signature);
        return Summary(Text(Member(Member(_user, "methods"), entry.Signature), "notice") ?? Text(developer, "details") ?? $"<c>{entry.Signature}</c>", entry.Signature)
            .Concat(Parameters(developer, entry.Inputs));
    }

    /// <summary>Lines for an event.</summary>
    public IEnumerable<string> Event(Entry entry)
    {
        var developer = Member(Member(_developer, "events"), entry.Signature);
        return Summary(Text(Member(Member(_user, "events"), entry.Signature), "notice") ?? Text(developer, "details") ?? $"<c>{entry.Signature}</c>", entry.Signature)
            .Concat(Parameters(developer, entry.Inputs, Names.Pascal));
    }

    /// <summary>Lines for an error. The compiler lists the texts of all errors of one signature.</summary>
    public IEnumerable<string> Error(Entry entry)
    {
        var texts = Member(Member(_user, "errors"), entry.Signature) is { ValueKind: JsonValueKind.Array } list
            ? string.Join(' ', list.EnumerateArray().Select(item => Text(item, "notice")).OfType<string>().Distinct())
            : "";
        return Summary(texts.Length > 0 ? texts : $"<c>{entry.Signature}</c>", entry.Signature);
    }

    private static IEnumerable<string> Summary(string text, string? signature = null) => [$"/// <summary>{Escape(text, signature)}</summary>"];

    private static IEnumerable<string> Parameters(JsonElement? developer, IReadOnlyList<Parameter> inputs, Func<string, string>? name = null)
    {
        var texts = Member(developer, "params");
        return inputs.Where(input => Text(texts, input.Name) is not null)
            .Select(input => $"/// <param name=\"{(name ?? Names.Camel)(input.Name).TrimStart('@')}\">{Escape(Text(texts, input.Name)!)}</param>");
    }

    private static string Escape(string text, string? signature = null)
    {
        if (signature is not null && text == $"<c>{signature}</c>")
        {
            return text;
        }

        return Code().Replace(SecurityElement.Escape(Spaces().Replace(text, " ").Trim()), "<c>$1</c>");
    }

    private static JsonElement? Member(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? json, string name) => Member(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
