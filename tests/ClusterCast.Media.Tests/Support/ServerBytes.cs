using System.Buffers;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Tests.Support;

/// <summary>Writes what a server says to a publisher, message by message.</summary>
public sealed class ServerBytes
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly ChunkWriter _chunks = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public ServerBytes Hello(byte version = 3)
    {
        _bytes.Write<byte>([version]);
        _bytes.Write(new byte[1536]);
        _bytes.Write(new byte[1536]);
        return this;
    }

    public ServerBytes Command(string name, double transaction, params object?[] values) => Message(RtmpMessageType.CommandAmf0, AmfWriter.ToBytes([name, transaction, .. values]));

    public ServerBytes Status(string level, string code, string words) =>
        Command("onStatus", 0, null, new AmfObject { ["level"] = level, ["code"] = code, ["description"] = words });

    public ServerBytes Message(RtmpMessageType type, byte[] body)
    {
        _chunks.Write(_bytes, type == RtmpMessageType.CommandAmf0 ? 3 : 2, type, 0, 0, body);
        return this;
    }
}
