using System.Text;

namespace ClusterCast.Media.Encoding;

/// <summary>Keeps the end of what a program writes to its error output.</summary>
internal sealed class TextTail(int capacity)
{
    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();

    /// <summary>Reads to the end on a thread of its own: reading a pipe blocks, and the pool's threads are for work.</summary>
    public Task FillAsync(TextReader reader)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Fill(reader, done)) { IsBackground = true, Name = "error output" }.Start();
        return done.Task;
    }

    private void Fill(TextReader reader, TaskCompletionSource done)
    {
        try
        {
            var buffer = new char[1024];
            int read;
            while ((read = reader.Read(buffer)) > 0)
                lock (_lock)
                {
                    _text.Append(buffer, 0, read);
                    if (_text.Length > capacity) _text.Remove(0, _text.Length - capacity);
                }
            done.SetResult();
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }

    /// <summary>The first line that is kept, without FFmpeg's "[module @ address]": later lines are mostly consequences of it.</summary>
    public string FirstLine
    {
        get
        {
            var first = ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
            return first.StartsWith('[') && first.IndexOf("] ", StringComparison.Ordinal) is > 0 and var end ? first[(end + 2)..] : first;
        }
    }

    public override string ToString()
    {
        lock (_lock) return _text.ToString();
    }
}
