using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>Writes what a publisher says to a server (Adobe RTMP 1.0, sections 5.4 and 7.2).</summary>
internal sealed class ClientCommands
{
    /// <summary>Transaction numbers by which answers are told apart.</summary>
    public const double ConnectTransaction = 1, CreateStreamTransaction = 4;

    /// <summary>Bytes after which the server is asked to acknowledge: small, so that its lag is fresh.</summary>
    public const uint AcknowledgeEvery = 256 << 10;

    private const int ControlChunkStream = 2, CommandChunkStream = 3, DataChunkStream = 4, VideoChunkStream = 6, AudioChunkStream = 7;

    /// <summary>As large as OBS makes it; some servers refuse more.</summary>
    private const int ChunkSize = 4096;

    private readonly ChunkWriter _chunks = new();

    /// <summary>Only a publisher of HEVC or AV1 lists its codec, as enhanced RTMP wants; older servers need not know the list.</summary>
    public void Connect(IBufferWriter<byte> to, RtmpTarget target, string? fourCc)
    {
        var properties = new AmfObject
        {
            ["app"] = target.Application,
            ["type"] = "nonprivate",
            ["flashVer"] = "FMLE/3.0 (compatible; ClusterCast)",
            ["tcUrl"] = target.ApplicationUrl,
        };
        if (fourCc is not null) properties["fourCcList"] = new object?[] { fourCc };
        Command(to, 0, "connect", ConnectTransaction, properties);
    }

    /// <summary>What follows a connect that was accepted. Servers without releaseStream and FCPublish answer with an error that means nothing.</summary>
    public void CreateStream(IBufferWriter<byte> to, Secret key)
    {
        Control(to, RtmpMessageType.WindowAcknowledgementSize, AcknowledgeEvery);
        Control(to, RtmpMessageType.SetChunkSize, ChunkSize);
        _chunks.ChunkSize = ChunkSize;
        Command(to, 0, "releaseStream", 2, null, key.Reveal());
        Command(to, 0, "FCPublish", 3, null, key.Reveal());
        Command(to, 0, "createStream", CreateStreamTransaction, [null]);
    }

    public void Publish(IBufferWriter<byte> to, uint stream, Secret key) => Command(to, stream, "publish", 5, null, key.Reveal(), "live");

    public void Unpublish(IBufferWriter<byte> to, uint stream, Secret key)
    {
        Command(to, 0, "FCUnpublish", 6, null, key.Reveal());
        Command(to, 0, "deleteStream", 7, null, (double)stream);
    }

    public void Metadata(IBufferWriter<byte> to, uint stream, AmfObject map) =>
        _chunks.Write(to, DataChunkStream, RtmpMessageType.DataAmf0, stream, 0, AmfWriter.ToBytes("@setDataFrame", "onMetaData", map));

    public void Media(IBufferWriter<byte> to, uint stream, RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body) =>
        _chunks.Write(to, type == RtmpMessageType.Video ? VideoChunkStream : AudioChunkStream, type, stream, timestamp, body);

    public void Acknowledge(IBufferWriter<byte> to, uint bytes) => Control(to, RtmpMessageType.Acknowledgement, bytes);

    public void AnswerBandwidth(IBufferWriter<byte> to, uint window) => Control(to, RtmpMessageType.WindowAcknowledgementSize, window);

    public void Pong(IBufferWriter<byte> to, ReadOnlySpan<byte> stamp)
    {
        Span<byte> pong = stackalloc byte[6];
        pong.Clear();
        pong[1] = 7;
        stamp[..4].CopyTo(pong[2..]);
        _chunks.Write(to, ControlChunkStream, RtmpMessageType.UserControl, 0, 0, pong);
    }

    private void Command(IBufferWriter<byte> to, uint stream, string name, double transaction, params ReadOnlySpan<object?> values) =>
        _chunks.Write(to, CommandChunkStream, RtmpMessageType.CommandAmf0, stream, 0, AmfWriter.ToBytes([name, transaction, .. values]));

    private void Control(IBufferWriter<byte> to, RtmpMessageType type, uint value)
    {
        Span<byte> body = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        _chunks.Write(to, ControlChunkStream, type, 0, 0, body);
    }
}
