using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>How far a publisher has come with its server.</summary>
public enum RtmpClientStage
{
    /// <summary>The handshake.</summary>
    Handshake,
    /// <summary>Connect is asked for.</summary>
    Connect,
    /// <summary>A stream is asked for.</summary>
    CreateStream,
    /// <summary>Permission to publish is asked for.</summary>
    Publish,
    /// <summary>Media may flow.</summary>
    Media,
}

/// <summary>The publisher's side of one RTMP connection, without a socket: bytes in, bytes out (<see cref="TakeOutput"/>). It goes through handshake,
/// connect, createStream and publish by itself; then media may be added. Not for two threads at once.</summary>
public sealed class RtmpClientSession : IDisposable
{
    /// <summary>Answers to pings and the like that may wait at most: a server that sends them without end gets no more.</summary>
    private const int MaxReplies = 64;

    private readonly RtmpTarget _target;
    private readonly string? _fourCc;
    private readonly ChunkReader _chunks = new();
    private readonly ClientCommands _commands = new();
    private ArrayBufferWriter<byte> _output = new();
    private ArrayBufferWriter<byte> _spare = new();
    private bool _echoed;
    private bool _ending;
    private uint _stream;
    private int _replies;
    private uint _serverWindow;
    private ulong _received;
    private ulong _acknowledged;

    /// <summary>Begins the handshake with <paramref name="target"/>; <paramref name="fourCc"/> names a codec of enhanced RTMP that will be sent.</summary>
    public RtmpClientSession(RtmpTarget target, IRandomSource random, TimeProvider time, string? fourCc = null)
    {
        (_target, _fourCc) = (target, fourCc);
        ClientHandshake.Begin(_output, random, (uint)time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>How far it has come.</summary>
    public RtmpClientStage Stage { get; private set; }

    /// <summary>Bytes that wait to be sent.</summary>
    public int OutputBytes => _output.WrittenCount;

    /// <summary>The last count of bytes that the server has acknowledged, modulo 2^32; null before the first.</summary>
    public uint? PeerAcknowledged { get; private set; }

    /// <summary>The bytes to send, valid until the next call but one.</summary>
    public ReadOnlyMemory<byte> TakeOutput()
    {
        (_output, _spare) = (_spare, _output);
        _output.ResetWrittenCount();
        _replies = 0;
        return _spare.WrittenMemory;
    }

    /// <summary>Consumes input up to one handshake step or one message.</summary>
    /// <returns>False when more input is needed.</returns>
    /// <exception cref="MediaException">The server refuses or breaks the protocol. The message begins in mid-sentence ("it refuses ..."), for the
    /// caller to name the destination, and may quote the key.</exception>
    public bool Advance(ref ReadOnlySequence<byte> input)
    {
        var before = input.Length;
        try
        {
            if (Stage == RtmpClientStage.Handshake) return Greet(ref input);
            if (!Read(ref input, out var message)) return false;
            using (message) Handle(message!);
            return true;
        }
        finally
        {
            _received += (ulong)(before - input.Length);
            Acknowledge();
        }
    }

    /// <summary>Adds a video or audio message to the output.</summary>
    public void AddMedia(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body) => _commands.Media(_output, _stream, type, timestamp, body);

    /// <summary>Adds <c>onMetaData</c> to the output.</summary>
    public void AddMetadata(AmfObject map) => _commands.Metadata(_output, _stream, map);

    /// <summary>Adds the polite end to the output.</summary>
    public void AddEnd()
    {
        _ending = true;
        _commands.Unpublish(_output, _stream, _target.Key);
    }

    /// <inheritdoc/>
    public void Dispose() => _chunks.Dispose();

    private bool Greet(ref ReadOnlySequence<byte> input)
    {
        if (!_echoed) return _echoed = ClientHandshake.TryAnswer(ref input, _output);
        if (input.Length < ClientHandshake.Size) return false;
        input = input.Slice(ClientHandshake.Size); // S2's echo is not checked: some servers fill it freely.
        _commands.Connect(_output, _target, _fourCc);
        Stage = RtmpClientStage.Connect;
        return true;
    }

    private bool Read(ref ReadOnlySequence<byte> input, out RtmpMessage? message)
    {
        try
        {
            return _chunks.TryRead(ref input, out message);
        }
        catch (MediaException failure)
        {
            throw Malformed(failure);
        }
    }

    private void Handle(RtmpMessage message)
    {
        var body = message.Payload.Memory.Span;
        switch (message.Type)
        {
            case RtmpMessageType.CommandAmf0:
                Command(body);
                break;
            case RtmpMessageType.CommandAmf3 when body.Length > 1:
                Command(body[1..]);
                break;
            case RtmpMessageType.Acknowledgement when body.Length >= 4:
                PeerAcknowledged = BinaryPrimitives.ReadUInt32BigEndian(body);
                break;
            case RtmpMessageType.WindowAcknowledgementSize when body.Length >= 4:
                _serverWindow = Math.Max(BinaryPrimitives.ReadUInt32BigEndian(body), 64 << 10);
                break;
            case RtmpMessageType.SetPeerBandwidth when body.Length >= 4 && _replies++ < MaxReplies && Stage != RtmpClientStage.Media:
                _commands.AnswerBandwidth(_output, ClientCommands.AcknowledgeEvery);
                break;
            case RtmpMessageType.UserControl when body.Length >= 6 && BinaryPrimitives.ReadUInt16BigEndian(body) == 6 && _replies++ < MaxReplies:
                _commands.Pong(_output, body[2..]);
                break;
        }
    }

    private void Command(ReadOnlySpan<byte> body)
    {
        if (body.Length > RtmpLimits.MaxCommandBytes) throw new MediaException(MediaFault.Malformed, $"it sent a command of {body.Length} bytes");
        List<object?> values;
        try
        {
            values = AmfReader.ReadAll(body);
        }
        catch (MediaException failure)
        {
            throw Malformed(failure);
        }
        if (values.Count == 0 || values[0] is not string name) throw Malformed(null);
        var transaction = values.Count > 1 && values[1] is double number ? number : 0;
        var status = values.OfType<AmfObject>().LastOrDefault();
        switch (name)
        {
            case "_result" when transaction == ClientCommands.ConnectTransaction && Stage == RtmpClientStage.Connect:
                _commands.CreateStream(_output, _target.Key);
                Stage = RtmpClientStage.CreateStream;
                break;
            case "_error" when transaction == ClientCommands.ConnectTransaction && Stage == RtmpClientStage.Connect:
                throw ServerStatus.ConnectRefused(status);
            case "_result" when transaction == ClientCommands.CreateStreamTransaction && Stage == RtmpClientStage.CreateStream:
                if (values is not [_, _, _, double and >= 0 and <= uint.MaxValue and var id, ..]) throw Malformed(null);
                _commands.Publish(_output, _stream = (uint)id, _target.Key);
                Stage = RtmpClientStage.Publish;
                break;
            case "_error" when transaction == ClientCommands.CreateStreamTransaction && Stage == RtmpClientStage.CreateStream:
                throw ServerStatus.StreamRefused(status);
            case "onStatus" when !_ending:
                if (ServerStatus.Publish(status, out var start) is { } refusal) throw refusal;
                if (start && Stage == RtmpClientStage.Publish) Stage = RtmpClientStage.Media;
                break;
            case "close":
                throw new MediaException(MediaFault.Disconnected, "it closed the connection");
        }
    }

    private void Acknowledge()
    {
        if (_serverWindow == 0 || _received - _acknowledged < _serverWindow || _replies++ >= MaxReplies) return;
        _acknowledged = _received;
        _commands.Acknowledge(_output, unchecked((uint)_received));
    }

    private static MediaException Malformed(Exception? inner) =>
        new(MediaFault.Malformed, "what it sends is not RTMP; check that host and port are those of an RTMP server", inner);
}
