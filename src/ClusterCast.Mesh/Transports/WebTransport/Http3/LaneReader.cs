namespace ClusterCast.Mesh.Transports.WebTransport.Http3;

/// <summary>Reads a stream field by field through a small buffer. What lies in it comes out first when the rest is read as bytes.</summary>
internal sealed class LaneReader(IQuicLane lane)
{
    private const int BufferBytes = 512;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>An integer; null when the stream ends before its first byte. Throws <see cref="Http3Exception"/> when it ends inside.</summary>
    public async ValueTask<ulong?> ReadVarintAsync(CancellationToken cancel)
    {
        ulong value;
        int size;
        while ((size = QuicVarint.Read(_buffer.AsSpan(_start, _end - _start), out value)) == 0)
        {
            var begun = _end > _start;
            if (!await FillAsync(cancel))
            {
                return begun ? throw Cut() : null;
            }
        }

        _start += size;
        return value;
    }

    /// <summary>An integer that must come. Throws <see cref="Http3Exception"/> when the stream ends instead.</summary>
    public async ValueTask<ulong> ReadLengthAsync(CancellationToken cancel) => await ReadVarintAsync(cancel) ?? throw Cut();

    /// <summary>Fills the memory. Throws <see cref="Http3Exception"/> when the stream ends before.</summary>
    public async ValueTask ReadExactlyAsync(Memory<byte> into, CancellationToken cancel)
    {
        while (!into.IsEmpty)
        {
            var count = await ReadAsync(into, cancel);
            into = count > 0 ? into[count..] : throw Cut();
        }
    }

    /// <summary>Passes over bytes. Throws <see cref="Http3Exception"/> when the stream ends before.</summary>
    public async ValueTask SkipAsync(ulong count, CancellationToken cancel)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync(cancel))
            {
                throw Cut();
            }

            var step = (int)Math.Min((ulong)(_end - _start), count);
            _start += step;
            count -= (ulong)step;
        }
    }

    /// <summary>Whatever comes next, 0 at the end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel)
    {
        if (_start == _end)
        {
            _buffer = [];
            _start = _end = 0;
            return lane.ReadAsync(into, cancel);
        }

        var count = Math.Min(into.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(into.Span);
        _start += count;
        return ValueTask.FromResult(count);
    }

    private static Http3Exception Cut() => new(Http3Error.Frame, "A stream ends inside a frame.");

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_buffer.Length == 0)
        {
            _buffer = new byte[BufferBytes];
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        var count = await lane.ReadAsync(_buffer.AsMemory(_end), cancel);
        _end += count;
        return count > 0;
    }
}
