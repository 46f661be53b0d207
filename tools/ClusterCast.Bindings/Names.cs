using System.Text;

namespace ClusterCast.Bindings;

/// <summary>Names of Solidity as C# writes them.</summary>
internal static class Names
{
    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do", "double", "else",
        "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock",
        "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short",
        "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual",
        "void", "volatile", "while",
    ];

    /// <summary><c>tokenURI</c> and <c>EXIT_DELAY</c> become <c>TokenUri</c> and <c>ExitDelay</c>.</summary>
    public static string Pascal(string name)
    {
        var result = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '_')
            {
                continue;
            }

            // Within a run of capitals only the first stays one, and the last where a word begins with it.
            var afterUpper = i > 0 && char.IsAsciiLetterUpper(name[i - 1]);
            var beforeLower = i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1]);
            var startsWord = i == 0 || name[i - 1] == '_' || (char.IsAsciiLetterUpper(name[i]) && (!afterUpper || beforeLower));
            result.Append(startsWord ? char.ToUpperInvariant(name[i]) : char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }

    /// <summary>A parameter's name.</summary>
    public static string Camel(string name)
    {
        var pascal = Pascal(name);
        var camel = char.ToLowerInvariant(pascal[0]) + pascal[1..];
        return Keywords.Contains(camel) ? "@" + camel : camel;
    }
}
