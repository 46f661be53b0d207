using System.Buffers;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Rtmp.Server;

public sealed class SessionTests
{
    [Fact]
    public void A_publisher_is_led_from_handshake_to_media()
    {
        var session = Run(PublisherBytes.Publishing("secret")
            .Metadata(new AmfObject { ["framerate"] = 30d, ["audiocodecid"] = 10d, ["videocodecid"] = 7d, ["encoder"] = "obs" })
            .AvcConfig().AacConfig().Frame(40, true, 66).Sound(45), out var items);
        Assert.Equal("secret", session.PublishedKey);
        Assert.Collection(items,
            item => Assert.Equal((30d, true, "obs"), item is StreamMetadata data ? (data.FrameRate, data.HasAudio, data.Encoder) : default),
            item => Assert.Equal("avc1.42c00d", Assert.IsType<AvcConfig>(item).Codec),
            item => Assert.Equal((48000, 2), item is AacConfig aac ? (aac.SampleRate, aac.Channels) : default),
            item => Assert.Equal((MediaKind.Video, 40u, 66, true, 104), Facts(item)),
            item => Assert.Equal((MediaKind.Audio, 45u, 0, true, 20), Facts(item)));

        var replies = Replies(session);
        Assert.Contains(replies, reply => Is(reply, "_result", "NetConnection.Connect.Success"));
        Assert.Contains(replies, reply => Is(reply, "onStatus", "NetStream.Publish.Start"));
    }

    [Fact]
    public void Unpublishing_ends_the_session_and_the_rest_is_not_read()
    {
        var session = Run(PublisherBytes.Publishing("secret").AvcConfig().Command("FCUnpublish", 6, null, "secret").Frame(0, true), out var items);
        Assert.True(session.Ended);
        Assert.IsType<AvcConfig>(Assert.Single(items));
        Assert.Contains(Replies(session), reply => Is(reply, "onStatus", "NetStream.Unpublish.Success"));
    }

    [Fact]
    public void Repeated_configuration_and_samples_before_configuration_give_nothing()
    {
        Run(PublisherBytes.Publishing("secret").Frame(0, true).Sound(0).AvcConfig().AvcConfig().AacConfig().AacConfig(), out var items);
        Assert.Equal(2, items.Count);
    }

    [Fact]
    public void A_wrong_key_is_refused_with_the_remedy()
    {
        var (reason, replies) = Refused(PublisherBytes.Publishing("guess"));
        Assert.Equal(MediaFault.WrongPublishKey, reason.Fault);
        Assert.Contains("Stream Key", reason.Message);
        Assert.Contains(replies, reply => Is(reply, "onStatus", "NetStream.Publish.BadName") && ((AmfObject)reply[3]!).Get<string>("description") == reason.Message);
    }

    [Fact]
    public void A_wrong_application_is_refused()
    {
        var (reason, replies) = Refused(PublisherBytes.Publishing("secret", "show"));
        Assert.Equal(MediaFault.WrongPublishKey, reason.Fault);
        Assert.Contains("'show'", reason.Message);
        Assert.Contains(replies, reply => Is(reply, "_error", "NetConnection.Connect.Rejected"));
    }

    [Fact]
    public void A_busy_key_is_refused()
    {
        var (reason, replies) = Refused(PublisherBytes.Publishing("busy"));
        Assert.Equal(MediaFault.PublisherBusy, reason.Fault);
        Assert.Contains(replies, reply => Is(reply, "onStatus", "NetStream.Publish.BadName"));
    }

    [Theory]
    [InlineData(0x24, "VP6")]
    [InlineData(0x22, "Sorenson H.263")]
    [InlineData(0x1C, "H.265 (HEVC)")]
    public void Other_video_codecs_are_named_and_refused(byte first, string name) => Codec(PublisherBytes.Publishing("secret").Video(0, [first, 0, 0, 0, 0]), name, "Video Encoder");

    [Theory]
    [InlineData("hvc1", "H.265 (HEVC)")]
    [InlineData("av01", "AV1")]
    [InlineData("vp09", "VP9")]
    [InlineData("\u0001\u0002\u0003\u0004", "unknown")]
    public void Enhanced_video_codecs_are_named_and_refused(string fourCc, string name) =>
        Codec(PublisherBytes.Publishing("secret").Video(0, [0x90, .. fourCc.Select(c => (byte)c)]), name, "Video Encoder");

    [Theory]
    [InlineData(0x2F, "MP3")]
    [InlineData(0xBF, "Speex")]
    [InlineData(0x72, "G.711")]
    [InlineData(0x3F, "PCM")]
    public void Other_audio_codecs_are_named_and_refused(byte first, string name) => Codec(PublisherBytes.Publishing("secret").Audio(0, [first, 0]), name, "Audio Encoder");

    [Fact]
    public void Enhanced_audio_codecs_are_named_and_refused() =>
        Codec(PublisherBytes.Publishing("secret").Audio(0, [0x90, (byte)'O', (byte)'p', (byte)'u', (byte)'s']), "Opus", "Audio Encoder");

    [Fact]
    public void Video_that_browsers_cannot_play_is_refused() =>
        Codec(PublisherBytes.Publishing("secret").Video(0, [0x17, 0, 0, 0, 0, .. Samples.Avc444]), "4:2:0", "NV12");

    [Fact]
    public void A_broken_picture_is_refused() => Assert.Equal(MediaFault.Malformed,
        Refused(PublisherBytes.Publishing("secret").AvcConfig().Video(0, [0x17, 1, 0, 0, 0, 0, 0, 1, 0, 0x65])).Reason.Fault);

    [Fact]
    public void Media_before_publish_play_and_double_connect_are_refused()
    {
        Assert.Equal(MediaFault.Malformed, Refused(new PublisherBytes().Hello().Connect().Frame(0, true)).Reason.Fault);
        Assert.Contains("publishers only", Refused(new PublisherBytes().Hello().Connect().Command("play", 5, null, "secret")).Reason.Message);
        Assert.Equal(MediaFault.Malformed, Refused(new PublisherBytes().Hello().Connect().Connect()).Reason.Fault);
        Assert.Equal(MediaFault.Malformed, Refused(new PublisherBytes().Hello().Publish("secret")).Reason.Fault);
        Assert.Equal(MediaFault.Malformed, Refused(PublisherBytes.Publishing("secret").Publish("secret")).Reason.Fault);
        Assert.Equal(MediaFault.Malformed, Refused(PublisherBytes.Publishing("secret").Message(6, RtmpMessageType.Aggregate, 0, [1])).Reason.Fault);
    }

    [Theory]
    [InlineData(0x16, "TLS")]
    [InlineData((byte)'G', "does not speak RTMP")]
    public void Other_protocols_are_recognised(byte first, string said) => Assert.Contains(said, Refused(new PublisherBytes().Hello(first)).Reason.Message);

    [Fact]
    public void A_command_above_64_KiB_is_refused() => Assert.Equal(MediaFault.LimitExceeded,
        Refused(new PublisherBytes().Hello().Command("connect", 1, new string('x', 70_000))).Reason.Fault);

    [Fact]
    public void Received_bytes_are_acknowledged_and_pings_answered()
    {
        var session = Run(PublisherBytes.Publishing("secret")
            .Message(2, RtmpMessageType.WindowAcknowledgementSize, 0, [0, 1, 0, 0])
            .Message(2, RtmpMessageType.UserControl, 0, [0, 6, 1, 2, 3, 4])
            .AvcConfig().ChunkSize(65536).Frame(0, true, size: 60_000).Frame(33, false, size: 60_000), out _);
        var messages = Messages(session);
        Assert.Equal([0, 7, 1, 2, 3, 4], messages.Last(message => message.Type == RtmpMessageType.UserControl).Body);
        Assert.Contains(messages, message => message.Type == RtmpMessageType.Acknowledgement);
    }

    private static void Codec(PublisherBytes bytes, string name, string setting)
    {
        var (reason, replies) = Refused(bytes);
        Assert.Equal(MediaFault.UnsupportedCodec, reason.Fault);
        Assert.Contains(name, reason.Message);
        Assert.Contains("OBS", reason.Message);
        Assert.Contains(setting, reason.Message);
        Assert.Contains(replies, reply => Is(reply, "onStatus", "NetStream.Publish.Rejected"));
    }

    private static RtmpSession Run(PublisherBytes bytes, out List<MediaItem> items)
    {
        var session = NewSession();
        items = [];
        var input = Bytes.Split(bytes.ToArray(), 100);
        while (session.Advance(ref input, out var item))
            if (item is not null) items.Add(item);
        return session;
    }

    private static (MediaException Reason, List<List<object?>> Replies) Refused(PublisherBytes bytes)
    {
        var session = NewSession();
        var input = Bytes.Split(bytes.ToArray(), 100);
        var reason = Assert.Throws<MediaException>(() =>
        {
            while (session.Advance(ref input, out _)) { }
        });
        session.WriteRefusal(reason);
        return (reason, Replies(session));
    }

    private static RtmpSession NewSession() => new("live",
        key => key switch { "secret" => PublishVerdict.Accepted, "busy" => PublishVerdict.Busy, _ => PublishVerdict.WrongKey }, TimeProvider.System);

    private static List<(RtmpMessageType Type, byte[] Body)> Messages(RtmpSession session)
    {
        if (session.Output.WrittenCount == 0) return [];
        var input = new ReadOnlySequence<byte>(session.Output.WrittenMemory[(1 + 2 * 1536)..]);
        using var reader = new ChunkReader();
        var messages = new List<(RtmpMessageType, byte[])>();
        while (reader.TryRead(ref input, out var message))
            using (message) messages.Add((message!.Type, message.Payload.Memory.ToArray()));
        return messages;
    }

    private static List<List<object?>> Replies(RtmpSession session) =>
        Messages(session).Where(message => message.Type == RtmpMessageType.CommandAmf0).Select(message => AmfReader.ReadAll(message.Body)).ToList();

    private static bool Is(List<object?> reply, string command, string code) =>
        reply[0] as string == command && (reply[3] as AmfObject)?.Get<string>("code") == code;

    private static (MediaKind, uint, int, bool, int) Facts(MediaItem item) =>
        item is MediaSample sample ? (sample.Kind, sample.DtsMs, sample.CompositionMs, sample.IsIdr, sample.Data.Length) : default;
}
