using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>Writes what a server says to a publisher.</summary>
internal sealed class RtmpReplies(IBufferWriter<byte> output)
{
    public const uint MessageStream = 1;
    private const int ControlChunkStream = 2;
    private const int CommandChunkStream = 3;
    private const int ChunkSize = 4096;
    private const uint WindowBytes = 2_500_000;
    private readonly ChunkWriter _chunks = new();

    public void ConnectAccepted(double transaction)
    {
        Control(RtmpMessageType.WindowAcknowledgementSize, WindowBytes);
        Span<byte> bandwidth = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(bandwidth, WindowBytes);
        bandwidth[4] = 2; // dynamic
        _chunks.Write(output, ControlChunkStream, RtmpMessageType.SetPeerBandwidth, 0, 0, bandwidth);
        Control(RtmpMessageType.SetChunkSize, ChunkSize);
        _chunks.ChunkSize = ChunkSize;
        Command(0, "_result", transaction,
            new AmfObject { ["fmsVer"] = "FMS/3,0,1,123", ["capabilities"] = 31d },
            Status("status", "NetConnection.Connect.Success", "Connection succeeded."));
    }

    public void ConnectRefused(double transaction, string code, string description) =>
        Command(0, "_error", transaction, null, Status("error", code, description));

    public void Result(double transaction, params ReadOnlySpan<object?> values) => Command(0, "_result", transaction, [null, .. values]);

    public void OnFcPublish(string key) =>
        Command(0, "onFCPublish", 0d, null, Status("status", "NetStream.Publish.Start", key));

    public void PublishStarted()
    {
        Span<byte> begin = stackalloc byte[6]; // event 0, Stream Begin
        BinaryPrimitives.WriteUInt32BigEndian(begin[2..], MessageStream);
        _chunks.Write(output, ControlChunkStream, RtmpMessageType.UserControl, 0, 0, begin);
        OnStatus("status", "NetStream.Publish.Start", "Publishing.");
    }

    public void OnStatus(string level, string code, string description) =>
        Command(MessageStream, "onStatus", 0d, null, Status(level, code, description));

    public void Acknowledge(uint bytes) => Control(RtmpMessageType.Acknowledgement, bytes);

    public void Pong(ReadOnlySpan<byte> stamp)
    {
        Span<byte> pong = stackalloc byte[6];
        pong[1] = 7;
        stamp[..4].CopyTo(pong[2..]);
        _chunks.Write(output, ControlChunkStream, RtmpMessageType.UserControl, 0, 0, pong);
    }

    private static AmfObject Status(string level, string code, string description) =>
        new() { ["level"] = level, ["code"] = code, ["description"] = description, ["objectEncoding"] = 0d };

    private void Command(uint stream, string name, double transaction, params ReadOnlySpan<object?> values) =>
        _chunks.Write(output, CommandChunkStream, RtmpMessageType.CommandAmf0, stream, 0, AmfWriter.ToBytes([name, transaction, .. values]));

    private void Control(RtmpMessageType type, uint value)
    {
        Span<byte> body = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        _chunks.Write(output, ControlChunkStream, type, 0, 0, body);
    }
}
