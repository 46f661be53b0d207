using System.Buffers.Binary;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Flv;

/// <summary>Reads the tags of an FLV file from a program's standard output as they come.</summary>
internal sealed class FlvReader(Stream input)
{
    private const int FileHeader = 9 + 4;
    private const int TagHeader = 11;
    private readonly byte[] _header = new byte[FileHeader];
    private bool _begun;

    /// <summary>The next video or audio tag; null at the end.</summary>
    /// <exception cref="MediaException">What comes is no FLV.</exception>
    public RtmpMessage? Read()
    {
        if (!_begun)
        {
            if (!Fill(_header.AsSpan(0, FileHeader))) return null;
            if (!_header.AsSpan().StartsWith("FLV"u8)) throw new MediaException(MediaFault.Malformed, "FFmpeg writes no FLV; install an FFmpeg with the FLV muxer.");
            _begun = true;
        }
        while (Fill(_header.AsSpan(0, TagHeader)))
        {
            var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(_header) & 0xFFFFFF);
            var type = (RtmpMessageType)_header[0];
            var time = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
            var body = PooledBytes.Rent(length);
            if (!Fill(body.Memory.Span) || !Fill(_header.AsSpan(0, 4)))
            {
                body.Dispose();
                return null;
            }
            if (type is RtmpMessageType.Video or RtmpMessageType.Audio)
                return new RtmpMessage(0, type, 0, time >> 8 | time << 24, body);
            body.Dispose();
        }
        return null;
    }

    private bool Fill(Span<byte> buffer) => input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) == buffer.Length;
}
