using System.Buffers;
using System.Buffers.Binary;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>The server's side of one RTMP connection, without a socket: bytes in, <see cref="Output"/> and items out. A publisher goes
/// through handshake, connect, createStream and publish; then media flows until it unpublishes.</summary>
public sealed class RtmpSession : IDisposable
{
    private readonly string _application;
    private readonly Func<string, PublishVerdict> _gate;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ChunkReader _chunks = new();
    private readonly FlvDemuxer _flv = new();
    private readonly RtmpReplies _replies;
    private Stage _stage;
    private uint _ackWindow;
    private ulong _received;
    private ulong _acknowledged;

    /// <summary>Creates a session that admits publishers of <paramref name="application"/> by <paramref name="gate"/>, which gets the publish key.</summary>
    public RtmpSession(string application, Func<string, PublishVerdict> gate, TimeProvider time)
    {
        (_application, _gate, _time) = (application, gate, time);
        _replies = new RtmpReplies(_output);
    }

    private enum Stage { Hello, HelloEcho, Connect, Publish, Media, Ended }

    /// <summary>Bytes to send. The caller sends and then clears them.</summary>
    public ArrayBufferWriter<byte> Output => _output;

    /// <summary>The key under which the peer publishes; null before it does.</summary>
    public string? PublishedKey { get; private set; }

    /// <summary>The publisher has said that it stops.</summary>
    public bool Ended => _stage == Stage.Ended;

    /// <summary>Consumes input up to one handshake step or one message.</summary>
    /// <param name="input">The bytes received; advanced by what was used.</param>
    /// <param name="item">A media item if the message held one; the caller owns it.</param>
    /// <returns>False when more input is needed.</returns>
    /// <exception cref="MediaException">The peer breaks the protocol, a bound or a rule; see <see cref="WriteRefusal"/>.</exception>
    public bool Advance(ref ReadOnlySequence<byte> input, out MediaItem? item)
    {
        item = null;
        var before = input.Length;
        try
        {
            switch (_stage)
            {
                case Stage.Hello:
                    if (!Handshake.TryAnswer(ref input, _output, (uint)_time.GetUtcNow().ToUnixTimeMilliseconds())) return false;
                    _stage = Stage.HelloEcho;
                    return true;
                case Stage.HelloEcho:
                    if (input.Length < Handshake.Size) return false;
                    input = input.Slice(Handshake.Size); // C2's echo is not checked: some publishers fill it freely.
                    _stage = Stage.Connect;
                    return true;
                case Stage.Ended: return false;
                default:
                    if (!_chunks.TryRead(ref input, out var message)) return false;
                    item = Handle(message!);
                    return true;
            }
        }
        finally
        {
            _received += (ulong)(before - input.Length);
            Acknowledge();
        }
    }

    /// <summary>Tells the peer why it is disconnected, in the words of <paramref name="reason"/>.</summary>
    public void WriteRefusal(MediaException reason)
    {
        if (_stage < Stage.Connect) return;
        _replies.OnStatus("error", reason.Fault switch
        {
            MediaFault.WrongPublishKey or MediaFault.PublisherBusy => "NetStream.Publish.BadName",
            _ => "NetStream.Publish.Rejected",
        }, reason.Message);
        _stage = Stage.Ended;
    }

    /// <inheritdoc/>
    public void Dispose() => _chunks.Dispose();

    private MediaItem? Handle(RtmpMessage message)
    {
        if (message.Type is RtmpMessageType.Audio or RtmpMessageType.Video)
        {
            if (_stage == Stage.Media) return _flv.Read(message, _time.GetUtcNow().ToUnixTimeMilliseconds());
            message.Dispose();
            throw Malformed("media before publish");
        }
        using (message)
        {
            var body = message.Payload.Memory.Span;
            switch (message.Type)
            {
                case RtmpMessageType.CommandAmf0:
                    Command(Bounded(body));
                    break;
                case RtmpMessageType.CommandAmf3 when body.Length > 1:
                    Command(Bounded(body[1..])); // AMF3 commands of publishers are AMF0 behind a format byte
                    break;
                case RtmpMessageType.DataAmf0: return MetadataReader.Read(Bounded(body));
                case RtmpMessageType.DataAmf3 when body.Length > 1: return MetadataReader.Read(Bounded(body[1..]));
                case RtmpMessageType.Aggregate: throw Malformed("aggregate messages are not carried");
                case RtmpMessageType.WindowAcknowledgementSize when body.Length >= 4:
                    _ackWindow = Math.Max(BinaryPrimitives.ReadUInt32BigEndian(body), 64 << 10);
                    break;
                case RtmpMessageType.UserControl when body.Length >= 6 && BinaryPrimitives.ReadUInt16BigEndian(body) == 6:
                    _replies.Pong(body[2..]);
                    break;
            }
            return null;
        }
    }

    private void Command(ReadOnlySpan<byte> body)
    {
        var values = AmfReader.ReadAll(body);
        if (values.Count == 0 || values[0] is not string name) throw Malformed("a command has no name");
        var transaction = values.Count > 1 && values[1] is double number ? number : 0;
        switch (name)
        {
            case "connect":
                Connect(transaction, values.Count > 2 ? values[2] as AmfObject : null);
                break;
            case "createStream":
                _replies.Result(transaction, (double)RtmpReplies.MessageStream);
                break;
            case "releaseStream":
                _replies.Result(transaction, [null]);
                break;
            case "FCPublish":
                _replies.OnFcPublish(values.Count > 3 && values[3] is string announced ? announced : "");
                break;
            case "publish":
                Publish(values.Count > 3 ? values[3] as string ?? "" : "");
                break;
            case "FCUnpublish" or "deleteStream" or "closeStream" when _stage == Stage.Media:
                _replies.OnStatus("status", "NetStream.Unpublish.Success", "Stopped.");
                _stage = Stage.Ended;
                break;
            case "play" or "play2":
                throw new MediaException(MediaFault.Malformed, "This port takes publishers only; open the watch page to see the stream.");
        }
    }

    private void Connect(double transaction, AmfObject? properties)
    {
        if (_stage != Stage.Connect) throw Malformed("connect comes twice");
        var application = (properties?.Get<string>("app") ?? "").TrimEnd('/');
        if (application == _application)
        {
            _replies.ConnectAccepted(transaction);
            _stage = Stage.Publish;
            return;
        }
        var reason = new MediaException(MediaFault.WrongPublishKey,
            $"There is no application '{Printable(application)}' here; publish to rtmp://host:port/{_application} with the publish key as stream key.");
        _replies.ConnectRefused(transaction, "NetConnection.Connect.Rejected", reason.Message);
        throw reason;
    }

    private void Publish(string key)
    {
        if (_stage != Stage.Publish) throw Malformed(_stage == Stage.Media ? "publish comes twice" : "publish comes before connect");
        switch (_gate(key))
        {
            case PublishVerdict.WrongKey:
                throw new MediaException(MediaFault.WrongPublishKey,
                    "The publish key is wrong; in OBS set Settings > Stream > Stream Key to the key that the broadcaster printed.");
            case PublishVerdict.Busy:
                throw new MediaException(MediaFault.PublisherBusy,
                    "Somebody publishes with this publish key already; stop that publisher first, or wait 10 s if it has just lost its connection.");
        }
        PublishedKey = key;
        _stage = Stage.Media;
        _replies.PublishStarted();
    }

    private void Acknowledge()
    {
        if (_ackWindow == 0 || _received - _acknowledged < _ackWindow) return;
        _acknowledged = _received;
        _replies.Acknowledge(unchecked((uint)_received));
    }

    private static ReadOnlySpan<byte> Bounded(ReadOnlySpan<byte> body) => body.Length <= RtmpLimits.MaxCommandBytes ? body
        : throw new MediaException(MediaFault.LimitExceeded, $"An RTMP command of {body.Length} bytes is larger than {RtmpLimits.MaxCommandBytes}; publish with OBS or FFmpeg.");

    private static string Printable(string text) => string.Concat(text.Take(64).Where(c => c is >= ' ' and <= '~'));

    private static MediaException Malformed(string what) => new(MediaFault.Malformed, $"The RTMP session is broken: {what}. Publish with OBS or FFmpeg.");
}
