using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Tests.Support;

/// <summary>Writes what a publisher sends, message by message.</summary>
public sealed class PublisherBytes
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly ChunkWriter _chunks = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>Handshake, connect, createStream, publish.</summary>
    public static PublisherBytes Publishing(string key, string application = "live") => new PublisherBytes().Hello().Connect(application)
        .Command("releaseStream", 2, null, key).Command("FCPublish", 3, null, key).Command("createStream", 4, [null]).Publish(key);

    public PublisherBytes Hello(byte version = 3)
    {
        _bytes.Write<byte>([version]);
        _bytes.Write(new byte[1536]);
        _bytes.Write(new byte[1536]);
        return this;
    }

    public PublisherBytes Connect(string application = "live") =>
        Command("connect", 1, new AmfObject { ["app"] = application, ["type"] = "nonprivate", ["tcUrl"] = $"rtmp://127.0.0.1/{application}" });

    public PublisherBytes Publish(string key) => Command("publish", 5, null, key, "live");

    public PublisherBytes Command(string name, double transaction, params object?[] values) =>
        Message(3, RtmpMessageType.CommandAmf0, 0, AmfWriter.ToBytes([name, transaction, .. values]));

    public PublisherBytes Metadata(AmfObject map) => Message(4, RtmpMessageType.DataAmf0, 0, AmfWriter.ToBytes("@setDataFrame", "onMetaData", map));

    public PublisherBytes ChunkSize(int size)
    {
        var body = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(body, size);
        Message(2, RtmpMessageType.SetChunkSize, 0, body);
        _chunks.ChunkSize = size;
        return this;
    }

    public PublisherBytes AvcConfig() => Video(0, [0x17, 0, 0, 0, 0, .. Samples.AvcRecord]);

    public PublisherBytes AacConfig() => Audio(0, [0xAF, 0, .. Samples.AacStereo48]);

    public PublisherBytes Frame(uint timestamp, bool idr, int composition = 0, int size = 100) => Video(timestamp,
        [idr ? (byte)0x17 : (byte)0x27, 1, (byte)(composition >> 16), (byte)(composition >> 8), (byte)composition, .. Samples.Nal(idr, size)]);

    public PublisherBytes Sound(uint timestamp, int size = 20) => Audio(timestamp, [0xAF, 1, .. new byte[size]]);

    public PublisherBytes Video(uint timestamp, byte[] tag) => Message(6, RtmpMessageType.Video, timestamp, tag);

    public PublisherBytes Audio(uint timestamp, byte[] tag) => Message(7, RtmpMessageType.Audio, timestamp, tag);

    public PublisherBytes Message(int chunkStream, RtmpMessageType type, uint timestamp, byte[] body)
    {
        _chunks.Write(_bytes, chunkStream, type, type is RtmpMessageType.Video or RtmpMessageType.Audio or RtmpMessageType.DataAmf0 ? 1u : 0, timestamp, body);
        return this;
    }
}
