using System.Buffers;
using System.Buffers.Binary;

namespace ClusterCast.Media.Rtmp.Chunks;

/// <summary>Cuts messages into chunks with the shortest header that applies (Adobe RTMP 1.0, section 5.3.1.2).</summary>
public sealed class ChunkWriter
{
    private const uint ExtendedMark = 0xFFFFFF;
    private readonly Dictionary<int, ChunkStream> _streams = [];

    /// <summary>Bytes of payload in a chunk, 1 to 16,777,215. Announce a change with a Set Chunk Size message first.</summary>
    public int ChunkSize { get; set; } = 128;

    /// <summary>Writes one message. Timestamps of a chunk stream may go back; that costs a full header.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The chunk stream id is not 2 to 65,599 or the payload is larger than 16,777,215 bytes.</exception>
    public void Write(IBufferWriter<byte> output, int chunkStream, RtmpMessageType type, uint streamId, uint timestamp, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkStream, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkStream, 65_599);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, 0xFFFFFF);
        var first = !_streams.TryGetValue(chunkStream, out var last);
        if (first) _streams[chunkStream] = last = new ChunkStream();

        var delta = unchecked(timestamp - last!.Timestamp);
        var format = first || last.StreamId != streamId || delta > int.MaxValue ? 0
            : last.Length != payload.Length || last.Type != type ? 1
            : last.TimestampField != delta ? 2 : 3;
        var field = format == 0 ? timestamp : delta;
        (last.Timestamp, last.TimestampField, last.Length, last.Type, last.StreamId) = (timestamp, field, payload.Length, type, streamId);

        WriteHeader(output, format, chunkStream, last);
        while (true)
        {
            var size = Math.Min(ChunkSize, payload.Length);
            output.Write(payload[..size]);
            payload = payload[size..];
            if (payload.IsEmpty) return;
            WriteHeader(output, 3, chunkStream, last);
        }
    }

    private static void WriteHeader(IBufferWriter<byte> output, int format, int id, ChunkStream stream)
    {
        var header = output.GetSpan(18);
        var at = 1;
        if (id < 64) header[0] = (byte)(format << 6 | id);
        else if (id < 320) (header[0], header[1], at) = ((byte)(format << 6), (byte)(id - 64), 2);
        else (header[0], header[1], header[2], at) = ((byte)(format << 6 | 1), (byte)((id - 64) & 0xFF), (byte)((id - 64) >> 8), 3);

        var extended = stream.TimestampField >= ExtendedMark;
        if (format <= 2) at += WriteUInt24(header[at..], extended ? ExtendedMark : stream.TimestampField);
        if (format <= 1)
        {
            at += WriteUInt24(header[at..], (uint)stream.Length);
            header[at++] = (byte)stream.Type;
        }
        if (format == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header[at..], stream.StreamId);
            at += 4;
        }
        if (extended)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header[at..], stream.TimestampField);
            at += 4;
        }
        output.Advance(at);
    }

    private static int WriteUInt24(Span<byte> to, uint value)
    {
        (to[0], to[1], to[2]) = ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
        return 3;
    }
}
