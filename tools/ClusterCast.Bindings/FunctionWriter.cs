namespace ClusterCast.Bindings;

/// <summary>Writes the functions of a contract: reads as tasks, everything else as calls for a sender.</summary>
internal sealed class FunctionWriter(Artifact artifact, string contract, TypeMap types, CodeText code)
{
    private readonly HashSet<string> _taken = [];
    private readonly List<(string Field, string Line)> _functions = [];

    /// <summary>Writes the body of the class.</summary>
    public void Write()
    {
        if (artifact.HasCode)
        {
            WriteCreation();
        }

        foreach (var entry in artifact.Entries.Where(entry => entry.Kind == "function"))
        {
            WriteFunction(entry);
        }

        code.Gap();
        code.Line("/// <summary>The functions with their selectors.</summary>");
        code.Block("internal static class Functions", () =>
        {
            code.Lines(_functions.Select(function => function.Line));
            code.Gap();
            code.Line($"public static readonly IReadOnlyList<AbiFunction> All = [{string.Join(", ", _functions.Select(function => function.Field))}];");
        });
    }

    private void WriteCreation()
    {
        var inputs = artifact.Entries.FirstOrDefault(entry => entry.Kind == "constructor")?.Inputs ?? [];
        var arguments = inputs.Select((input, i) => $"{types.CSharp(input, contract, i)} {Argument(input, i)}");
        code.Line("/// <summary>Creation code: the embedded artifact with its libraries in place and the constructor's arguments behind it.</summary>");
        code.Line($"public static byte[] Creation({string.Join(", ", arguments.Append("IReadOnlyDictionary<string, Address>? libraries = null"))}) =>");
        code.Line($"    ContractArtifact.Load(\"{artifact.Name}\").Creation(AbiType.ParseTuple(\"{Entry.Types(inputs)}\"), [{Values(inputs)}], libraries);");
    }

    private void WriteFunction(Entry entry)
    {
        var reads = entry.Mutability is "view" or "pure";
        var arguments = entry.Inputs.Select((input, i) => $"{types.CSharp(input, entry.Name, i)} {Argument(input, i)}").ToArray();
        var method = Names.Pascal(entry.Name) + (reads ? "Async" : "");

        // Names that differ in their case only, and overloads that C# cannot tell apart, are told apart by their position.
        var suffix = 1;
        while (!_taken.Add($"{method}{(suffix > 1 ? suffix : "")}({string.Join(',', arguments.Select(argument => argument.Split(' ')[0]))})"))
        {
            suffix++;
        }

        method = Names.Pascal(entry.Name) + (suffix > 1 ? suffix : "") + (reads ? "Async" : "");
        var field = Field(entry.Name);
        _functions.Add((field, $"public static readonly AbiFunction {field} = new(\"{entry.Signature}\", \"{Entry.Types(entry.Outputs)}\");"));
        code.Gap();
        code.Lines(artifact.Docs.Function(entry));
        if (reads)
        {
            WriteRead(entry, method, field, arguments);
        }
        else
        {
            WriteCall(entry, method, field, arguments);
        }
    }

    private void WriteRead(Entry entry, string method, string field, string[] arguments)
    {
        var results = entry.Outputs.Select((output, i) => (Type: types.CSharp(output, entry.Name, i), Value: types.Decode(output, entry.Name, i), output.Name)).ToArray();
        var type = results.Length switch
        {
            0 => "Task",
            1 => $"Task<{results[0].Type}>",
            _ => $"Task<({string.Join(", ", results.Select(result => result.Name.Length > 0 ? $"{result.Type} {Names.Pascal(result.Name)}" : result.Type))})>",
        };
        var cancel = entry.Inputs.Any(input => input.Name == "cancel") ? "cancelRequest" : "cancel";
        code.Block($"public async {type} {method}({string.Join(", ", arguments.Append($"CancellationToken {cancel} = default"))})", () =>
        {
            code.Line($"{(results.Length > 0 ? "var v = " : "")}await ReadAsync(Functions.{field}, {cancel}, [{Values(entry.Inputs)}]).ConfigureAwait(false);");
            if (results.Length > 0)
            {
                code.Line($"return {(results.Length == 1 ? results[0].Value : $"({string.Join(", ", results.Select(result => result.Value))})")};");
            }
        });
    }

    private void WriteCall(Entry entry, string method, string field, string[] arguments)
    {
        var payable = entry.Mutability == "payable";
        code.Line($"public ContractCall {method}({string.Join(", ", payable ? arguments.Append("BigInteger wei = default") : arguments)}) =>");
        code.Line($"    Call(Functions.{field}, [{Values(entry.Inputs)}]){(payable ? " with { Value = wei }" : "")};");
    }

    private string Field(string name)
    {
        var field = Names.Pascal(name);
        var same = 1;
        while (_functions.Any(function => function.Field == (same == 1 ? field : field + same)))
        {
            same++;
        }

        return same == 1 ? field : field + same;
    }

    private string Values(IReadOnlyList<Parameter> inputs) => string.Join(", ", inputs.Select((input, i) => types.Encode(input, Argument(input, i))));

    private static string Argument(Parameter input, int position)
    {
        var name = input.Name.Trim('_');
        return name.Length > 0 ? Names.Camel(name) : $"argument{position}";
    }
}
