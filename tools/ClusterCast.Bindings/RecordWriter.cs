namespace ClusterCast.Bindings;

/// <summary>Writes structs, events and errors as records.</summary>
internal sealed class RecordWriter(Artifact artifact, string contract, TypeMap types, CodeText code)
{
    // Members that a record of ours has already.
    private static readonly HashSet<string> Reserved = ["Abi", "Decode", "Equals", "FromAbi", "GetHashCode", "Log", "ToAbi", "ToString"];

    /// <summary>Every struct that occurs, each once.</summary>
    public void WriteStructs()
    {
        var structs = artifact.Entries.SelectMany(entry => entry.Inputs.Concat(entry.Outputs)).SelectMany(Structs).DistinctBy(item => item.Struct).OrderBy(item => item.Struct, StringComparer.Ordinal).ToArray();
        if (structs.Length == 0)
        {
            return;
        }

        code.Gap();
        code.Line($"/// <summary>Structs of {contract}.</summary>");
        code.Block($"public static class {contract}Struct", () =>
        {
            foreach (var item in structs)
            {
                var name = item.Struct!;
                code.Gap();
                code.Line($"/// <summary>The struct <c>{name}</c>.</summary>");
                code.Block($"public sealed record {name}({Members(item.Members, name)})", () =>
                {
                    code.Line($"internal object[] ToAbi() => [{string.Join(", ", item.Members.Select((member, i) => types.Encode(member, Member(member, i, name))))}];");
                    code.Gap();
                    code.Line($"internal static {name} FromAbi(AbiValues v) => new({Values(item.Members, name)});");
                });
            }
        });
    }

    /// <summary>The events as a closed hierarchy with a decoder.</summary>
    public void WriteEvents()
    {
        var events = Unique(artifact.Entries.Where(entry => entry.Kind == "event" && !entry.Anonymous)).ToArray();
        if (events.Length == 0)
        {
            return;
        }

        code.Gap();
        code.Line($"/// <summary>Something that happened in {contract}.</summary>");
        code.Block($"public abstract partial record {contract}Event(EventLog Log)", () =>
        {
            foreach (var (entry, name) in events)
            {
                var members = entry.Inputs.Select(Hashed).ToArray();
                var indexed = string.Concat(entry.Inputs.Select((input, i) => input.Indexed ? $", {i}" : ""));
                code.Gap();
                code.Lines(artifact.Docs.Event(entry));
                code.Block($"public sealed partial record {name}({Members(members, name, "EventLog Log")}) : {contract}Event(Log)", () =>
                {
                    code.Line("/// <summary>Its signature and topic.</summary>");
                    code.Line($"public static AbiEvent Abi {{ get; }} = new(\"{entry.Signature}\"{indexed});");
                    code.Gap();
                    code.Line("/// <summary>Reads a log that matches.</summary>");
                    code.Block($"public static {name} FromAbi(EventLog log)", () =>
                    {
                        code.Line("var v = Abi.Decode(log);");
                        code.Line($"return new({Values(members, name, "log")});");
                    });
                });
            }

            code.Gap();
            code.Line("/// <summary>All events.</summary>");
            code.Line($"public static IReadOnlyList<AbiEvent> All {{ get; }} = [{string.Join(", ", events.Select(item => item.Name + ".Abi"))}];");
            code.Gap();
            code.Line("/// <summary>The event of a log; null when it is of another contract's kind.</summary>");
            code.Line($"public static {contract}Event? Decode(EventLog log) =>");
            code.Lines(events.Select(item => $"    {item.Name}.Abi.Matches(log) ? {item.Name}.FromAbi(log) :"));
            code.Line("    null;");
            code.Gap();
            code.Line("/// <summary>The events of a receipt that the contract at an address emitted.</summary>");
            code.Line($"public static IReadOnlyList<{contract}Event> Of(TransactionReceipt receipt, Address contract) =>");
            code.Line($"    [.. receipt.Logs.Where(log => log.Contract == contract).Select(Decode).OfType<{contract}Event>()];");
        });
    }

    /// <summary>The errors, each with its selector.</summary>
    public void WriteErrors()
    {
        var errors = Unique(artifact.Entries.Where(entry => entry.Kind == "error")).ToArray();
        if (errors.Length == 0)
        {
            return;
        }

        code.Gap();
        code.Line($"/// <summary>Why {contract} refuses a call.</summary>");
        code.Block($"public abstract partial record {contract}Error", () =>
        {
            foreach (var (entry, name) in errors)
            {
                code.Gap();
                code.Lines(artifact.Docs.Error(entry));
                code.Block($"public sealed record {name}({Members(entry.Inputs, name)}) : {contract}Error, IContractError<{name}>", () =>
                {
                    code.Line("/// <summary>Its signature and selector.</summary>");
                    code.Line($"public static AbiError Abi {{ get; }} = new(\"{entry.Signature}\");");
                    code.Gap();
                    code.Line("/// <summary>Reads decoded arguments.</summary>");
                    code.Line($"public static {name} FromAbi(AbiValues v) => new({Values(entry.Inputs, name)});");
                });
            }

            code.Gap();
            code.Line("/// <summary>All errors.</summary>");
            code.Line($"public static IReadOnlyList<AbiError> All {{ get; }} = [{string.Join(", ", errors.Select(item => item.Name + ".Abi"))}];");
            code.Gap();
            code.Line("/// <summary>The error of revert data; null when it is none of these.</summary>");
            code.Line($"public static {contract}Error? Decode(ReadOnlySpan<byte> data) =>");
            code.Lines(errors.Select(item => $"    {item.Name}.Abi.Matches(data) ? {item.Name}.FromAbi({item.Name}.Abi.Decode(data)) :"));
            code.Line("    null;");
        });
    }

    private string Members(IEnumerable<Parameter> members, string owner, params IEnumerable<string> before) =>
        string.Join(", ", before.Concat(members.Select((member, i) => $"{types.CSharp(member, owner, i)} {Member(member, i, owner)}")));

    private string Values(IEnumerable<Parameter> members, string owner, params IEnumerable<string> before) =>
        string.Join(", ", before.Concat(members.Select((member, i) => types.Decode(member, owner, i))));

    private static string Member(Parameter member, int position, string owner)
    {
        var name = member.Name.Trim('_');
        var pascal = name.Length > 0 ? Names.Pascal(name) : $"Member{position}";
        return pascal == owner || Reserved.Contains(pascal) ? pascal + "Value" : pascal;
    }

    // A topic holds only the hash of an indexed value that is longer than a word.
    private static Parameter Hashed(Parameter member) => member.Indexed && (member.Suffix.Length > 0 || member.Struct is not null || member.Type is "string" or "bytes")
        ? member with { Type = "bytes32", Struct = null, Suffix = "" }
        : member;

    private static IEnumerable<(Entry Entry, string Name)> Unique(IEnumerable<Entry> entries) => entries
        .GroupBy(entry => Names.Pascal(entry.Name))
        .SelectMany(group => group.DistinctBy(entry => entry.Signature).Select((entry, i) => (entry, i == 0 ? group.Key : group.Key + (i + 1))));

    private static IEnumerable<Parameter> Structs(Parameter parameter) =>
        parameter.Members.SelectMany(Structs).Concat(parameter.Struct is null ? [] : [parameter with { Suffix = "" }]);
}
