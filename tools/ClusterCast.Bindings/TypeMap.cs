namespace ClusterCast.Bindings;

/// <summary>
/// Which C# type a parameter gets. Rules, separated by commas, change the default of numbers: <c>uint256=ulong</c> for a type, <c>stream=StreamId</c> for a name,
/// <c>allowance.0=BigInteger</c> for a parameter of one function, event, error or struct (its name, else its position). The nearest rule wins. A rule's type is ulong,
/// UInt128, BigInteger or StreamId; a number that does not fit is an error when it is read, never cut off.
/// </summary>
internal sealed class TypeMap
{
    private static readonly Dictionary<string, string> Readers = new()
    {
        ["byte"] = "Byte", ["ushort"] = "UShort", ["uint"] = "UInt", ["ulong"] = "ULong", ["long"] = "Long", ["UInt128"] = "UInt128", ["BigInteger"] = "Big", ["StreamId"] = "Stream",
    };

    private readonly string _contract;
    private readonly Dictionary<string, string> _rules = new() { ["stream"] = "StreamId" };

    public TypeMap(string contract, string rules)
    {
        _contract = contract;
        foreach (var rule in rules.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (rule.Split('=') is not [var what, "ulong" or "UInt128" or "BigInteger" or "StreamId"])
            {
                throw new FormatException($"'{rule}' is not a rule for types, such as uint256=ulong.");
            }

            _rules[what] = rule.Split('=')[1];
        }
    }

    /// <summary>The C# type of a parameter of a function, event, error or struct named <paramref name="owner"/>.</summary>
    public string CSharp(Parameter parameter, string owner, int position)
    {
        if (parameter.Element is { } element)
        {
            return $"IReadOnlyList<{CSharp(element, owner, position)}>";
        }

        return parameter.Struct is { } name ? $"{_contract}Struct.{name}" : parameter.Type switch
        {
            "address" => "Address",
            "bool" => "bool",
            "string" => "string",
            "bytes32" => "Hash32",
            var type when type.StartsWith("bytes", StringComparison.Ordinal) => "byte[]",
            var type when type.StartsWith("uint", StringComparison.Ordinal) => Rule(parameter, owner, position) ?? Unsigned(int.Parse(type[4..])),
            var type when type.StartsWith("int", StringComparison.Ordinal) => int.Parse(type[3..]) <= 64 ? "long" : "BigInteger",
            var type => throw new NotSupportedException($"The type {type} is not supported."),
        };
    }

    /// <summary>An expression that gives a value to the encoder.</summary>
    public string Encode(Parameter parameter, string expression, int depth = 0) => parameter switch
    {
        { Element: { } element } => $"{expression}.Select(x{depth} => (object){Encode(element, $"x{depth}", depth + 1)}).ToArray()",
        { Struct: not null } => $"{expression}.ToAbi()",
        _ => expression,
    };

    /// <summary>An expression that reads the decoded value at an index.</summary>
    public string Decode(Parameter parameter, string owner, int position, string values = "v", string? index = null, int depth = 0)
    {
        var at = index ?? position.ToString();
        if (parameter.Element is { } element)
        {
            return $"{values}.Each({at}, (v{depth}, i{depth}) => {Decode(element, owner, position, $"v{depth}", $"i{depth}", depth + 1)})";
        }

        return parameter.Struct is { } name ? $"{_contract}Struct.{name}.FromAbi({values}.Tuple({at}))" : CSharp(parameter, owner, position) switch
        {
            "Address" => $"{values}.Address({at})",
            "bool" => $"{values}.Bool({at})",
            "string" => $"{values}.Text({at})",
            "Hash32" => $"{values}.Hash({at})",
            "byte[]" => $"{values}.Bytes({at})",
            var number => $"{values}.{Readers[number]}({at})",
        };
    }

    private string? Rule(Parameter parameter, string owner, int position) =>
        _rules.GetValueOrDefault($"{owner}.{(parameter.Name.Length > 0 ? parameter.Name : position)}")
        ?? _rules.GetValueOrDefault(parameter.Name.Length > 0 ? parameter.Name : "-")
        ?? (int.Parse(parameter.Type[4..]) > 64 ? _rules.GetValueOrDefault(parameter.Type) : null);

    private static string Unsigned(int bits) => bits switch { <= 8 => "byte", <= 16 => "ushort", <= 32 => "uint", <= 64 => "ulong", <= 128 => "UInt128", _ => "BigInteger" };
}
