using System.Text;

namespace ClusterCast.Media.Encoding;

/// <summary>Keeps the end of what a program writes to its error output.</summary>
internal sealed class TextTail(int capacity)
{
    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();

    public async Task FillAsync(TextReader reader)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
            lock (_lock)
            {
                _text.Append(buffer, 0, read);
                if (_text.Length > capacity) _text.Remove(0, _text.Length - capacity);
            }
    }

    /// <summary>The last line that is not empty.</summary>
    public string LastLine
    {
        get
        {
            lock (_lock)
                return _text.ToString().Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) ?? "";
        }
    }

    public override string ToString()
    {
        lock (_lock) return _text.ToString();
    }
}
