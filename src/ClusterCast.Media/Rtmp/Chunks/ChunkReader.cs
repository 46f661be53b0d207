using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Ingest;

namespace ClusterCast.Media.Rtmp.Chunks;

/// <summary>Puts messages together from chunks (Adobe RTMP 1.0, section 5.3). Set Chunk Size and Abort are applied here, since they
/// change how the very next chunk is read; they are returned like other messages. Memory is bounded by <see cref="RtmpLimits"/>.</summary>
public sealed class ChunkReader : IDisposable
{
    private const uint ExtendedMark = 0xFFFFFF;
    private readonly Dictionary<int, ChunkStream> _streams = [];
    private int _chunkSize = 128;
    private int _partialBytes;
    private ChunkStream? _current;
    private int _currentId;
    private int _chunkLeft;

    /// <summary>Consumes bytes from <paramref name="input"/> up to the end of the next message.</summary>
    /// <returns>True with a message; false when all of the input that can be used is used and more is needed.</returns>
    /// <exception cref="MediaException">The peer breaks the format or a bound.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out RtmpMessage? message)
    {
        message = null;
        while (true)
        {
            if (_current is null && !TryReadHeader(ref input)) return false;
            var stream = _current!;
            var take = (int)Math.Min(_chunkLeft, input.Length);
            if (take > 0)
            {
                input.Slice(0, take).CopyTo(stream.Partial!.Memory.Span[stream.Filled..]);
                input = input.Slice(take);
                stream.Filled += take;
                _chunkLeft -= take;
            }
            if (_chunkLeft > 0) return false;
            _current = null;
            if (stream.Filled < stream.Length) continue;
            message = Complete(stream);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stream in _streams.Values) stream.Partial?.Dispose();
        _streams.Clear();
        _current = null;
    }

    private bool TryReadHeader(ref ReadOnlySequence<byte> input)
    {
        Span<byte> header = stackalloc byte[3 + 11 + 4];
        var available = (int)Math.Min(header.Length, input.Length);
        input.Slice(0, available).CopyTo(header);
        if (available < 1) return false;

        var format = header[0] >> 6;
        var id = header[0] & 0x3F;
        var at = 1;
        if (id == 0)
        {
            if (available < 2) return false;
            (id, at) = (header[1] + 64, 2);
        }
        else if (id == 1)
        {
            if (available < 3) return false;
            (id, at) = (header[2] * 256 + header[1] + 64, 3);
        }
        var fixedLength = format switch { 0 => 11, 1 => 7, 2 => 3, _ => 0 };
        if (available < at + fixedLength) return false;

        _streams.TryGetValue(id, out var known);
        if (known is null && format > 1)
            throw Malformed("a chunk refers to a message that was never begun");
        if (known is null && _streams.Count >= RtmpLimits.MaxChunkStreams) throw Limit($"more than {RtmpLimits.MaxChunkStreams} chunk streams");
        var continues = known?.Partial is not null;
        if (continues && format != 3) throw Malformed("a message begins inside another one of its chunk stream");

        var stream = known ?? new ChunkStream();
        var (field, extended, length, type, streamId) = (stream.TimestampField, stream.Extended, stream.Length, stream.Type, stream.StreamId);
        if (format <= 2)
        {
            field = ReadUInt24(header[at..]);
            extended = field == ExtendedMark;
        }
        if (format <= 1)
        {
            length = (int)ReadUInt24(header[(at + 3)..]);
            type = (RtmpMessageType)header[at + 6];
        }
        if (format == 0) streamId = BinaryPrimitives.ReadUInt32LittleEndian(header[(at + 7)..]);
        at += fixedLength;

        if (extended)
        {
            if (available < at + 4) return false;
            var value = BinaryPrimitives.ReadUInt32BigEndian(header[at..]);
            // Some writers repeat the extended timestamp in type 3 chunks, as the specification says, and some do not.
            if (format <= 2) (field, at) = (value, at + 4);
            else if (value == stream.TimestampField) at += 4;
        }
        if (!continues && length > RtmpLimits.MaxMessageBytes) throw Limit($"a message of {length} bytes is larger than {RtmpLimits.MaxMessageBytes}");
        if (!continues && _partialBytes + length > RtmpLimits.MaxPartialBytes) throw Limit($"unfinished messages hold more than {RtmpLimits.MaxPartialBytes} bytes");

        (stream.TimestampField, stream.Extended, stream.Length, stream.Type, stream.StreamId) = (field, extended, length, type, streamId);
        _streams[id] = stream;
        if (!continues)
        {
            stream.Timestamp = format == 0 ? field : unchecked(stream.Timestamp + field);
            stream.Partial = PooledBytes.Rent(length);
            stream.Filled = 0;
            _partialBytes += length;
        }
        input = input.Slice(at);
        (_current, _currentId) = (stream, id);
        _chunkLeft = Math.Min(_chunkSize, stream.Length - stream.Filled);
        return true;
    }

    private RtmpMessage Complete(ChunkStream stream)
    {
        var payload = stream.Partial!;
        stream.Partial = null;
        _partialBytes -= stream.Length;
        var message = new RtmpMessage(_currentId, stream.Type, stream.StreamId, stream.Timestamp, payload);
        try
        {
            if (stream.Type == RtmpMessageType.SetChunkSize) SetChunkSize(ReadControl(message));
            else if (stream.Type == RtmpMessageType.Abort) Abort(ReadControl(message));
        }
        catch
        {
            message.Dispose();
            throw;
        }
        return message;
    }

    private void SetChunkSize(uint size)
    {
        if (size is 0 or > int.MaxValue) throw Malformed($"chunk size {size} is not between 1 and 2147483647");
        _chunkSize = (int)size;
    }

    private void Abort(uint id)
    {
        if (id > int.MaxValue || !_streams.TryGetValue((int)id, out var stream) || stream.Partial is null) return;
        stream.Partial.Dispose();
        stream.Partial = null;
        _partialBytes -= stream.Length;
    }

    private static uint ReadControl(RtmpMessage message) => message.Payload.Length >= 4
        ? BinaryPrimitives.ReadUInt32BigEndian(message.Payload.Memory.Span)
        : throw Malformed($"control message {(byte)message.Type} is shorter than 4 bytes");

    private static uint ReadUInt24(ReadOnlySpan<byte> bytes) => (uint)(bytes[0] << 16 | bytes[1] << 8 | bytes[2]);

    private static MediaException Malformed(string what) => new(MediaFault.Malformed, $"The RTMP stream is broken: {what}. Publish with OBS or FFmpeg.");

    private static MediaException Limit(string what) => new(MediaFault.LimitExceeded, $"The RTMP stream exceeds a limit: {what}. Lower the bitrate or publish with OBS or FFmpeg.");
}
