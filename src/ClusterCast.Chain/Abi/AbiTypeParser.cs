using System.Globalization;

namespace ClusterCast.Chain.Abi;

/// <summary>Recursive descent over canonical type names.</summary>
internal ref struct AbiTypeParser(string text)
{
    private const int MaxDepth = 16;

    private readonly string _text = text;
    private int _at;
    private int _depth;

    public AbiType ParseAll()
    {
        var type = ParseType();
        return _at == _text.Length ? type : throw Bad();
    }

    private AbiType ParseType()
    {
        if (++_depth > MaxDepth)
        {
            throw Bad();
        }

        var type = Peek() == '(' ? ParseTuple() : ParseName();
        while (Peek() == '[')
        {
            var close = _text.IndexOf(']', _at);
            var length = close < 0 ? throw Bad() : _text[(_at + 1)..close];
            type = new AbiArray(type, length.Length == 0 ? null : Number(length, 1, 1 << 16));
            _at = close + 1;
        }

        _depth--;
        return type;
    }

    private AbiTuple ParseTuple()
    {
        _at++;
        var members = new List<AbiType>();
        while (Peek() != ')')
        {
            if (members.Count > 0)
            {
                Expect(',');
            }

            members.Add(ParseType());
        }

        _at++;
        return new AbiTuple(members);
    }

    private AbiType ParseName()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at] switch
        {
            "address" => new AbiAddress(),
            "bool" => new AbiBool(),
            "bytes" => new AbiBytes(false),
            "string" => new AbiBytes(true),
            var name when name.StartsWith("uint", StringComparison.Ordinal) => new AbiUint(Multiple(Number(name[4..], 8, 256))),
            var name when name.StartsWith("int", StringComparison.Ordinal) => new AbiInt(Multiple(Number(name[3..], 8, 256))),
            var name when name.StartsWith("bytes", StringComparison.Ordinal) => new AbiFixedBytes(Number(name[5..], 1, 32)),
            _ => throw Bad(),
        };
    }

    private readonly int Multiple(int bits) => bits % 8 == 0 ? bits : throw Bad();

    private readonly int Number(string digits, int least, int most) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value : throw Bad();

    private void Expect(char expected)
    {
        if (Peek() != expected)
        {
            throw Bad();
        }

        _at++;
    }

    private readonly char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private readonly FormatException Bad() => new($"'{_text}' is not an ABI type (position {_at}).");
}
