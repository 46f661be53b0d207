using System.Text;

namespace ClusterCast.Bindings;

/// <summary>Indented lines of C#.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _fresh = true;

    /// <summary>Writes a line.</summary>
    public void Line(string line)
    {
        _text.Append(' ', _depth * 4).Append(line).Append('\n');
        _fresh = false;
    }

    /// <summary>Writes lines.</summary>
    public void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Line(line);
        }
    }

    /// <summary>Begins a member: an empty line, except after a brace.</summary>
    public void Gap()
    {
        if (!_fresh)
        {
            _text.Append('\n');
        }
    }

    /// <summary>Writes a head and its body in braces.</summary>
    public void Block(string head, Action body)
    {
        Line(head);
        Line("{");
        _depth++;
        _fresh = true;
        body();
        _depth--;
        Line("}");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
