using System.Buffers;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Rtmp.Client;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Tests.Support;
using ClusterCast.Protocol.Signing;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Rtmp.Client;

public sealed class ClientSessionTests
{
    private static readonly RtmpTarget Target = RtmpTarget.Parse("rtmp://host/live/secret");

    [Fact]
    public void Media_arrives_at_our_own_server_as_it_was() => Properties.Hold(
        (from time in Gen.Choose(0, int.MaxValue)
         from size in Gen.Choose(1, 20_000)
         from composition in Gen.Choose(-1000, 1000)
         from idr in Gen.Elements(true, false)
         from sound in Gen.Elements(true, false)
         select (Time: (uint)time * 2, Size: size, Composition: composition, Idr: idr, Sound: sound)).ListOf().Where(list => list.Count > 0),
        samples =>
        {
            using var client = new RtmpClientSession(Target, SystemRandomSource.Instance, TimeProvider.System);
            using var server = Server();
            Assert.Empty(Talk(client, server));
            Assert.Equal((RtmpClientStage.Media, "secret"), (client.Stage, server.PublishedKey));
            client.AddMedia(RtmpMessageType.Video, 0, [0x17, 0, 0, 0, 0, .. Samples.AvcRecord]);
            client.AddMedia(RtmpMessageType.Audio, 0, [0xAF, 0, .. Samples.AacStereo48]);
            foreach (var sample in samples)
                if (sample.Sound) client.AddMedia(RtmpMessageType.Audio, sample.Time, [0xAF, 1, .. new byte[sample.Size]]);
                else client.AddMedia(RtmpMessageType.Video, sample.Time, [sample.Idr ? (byte)0x17 : (byte)0x27, 1,
                    (byte)(sample.Composition >> 16), (byte)(sample.Composition >> 8), (byte)sample.Composition, .. Samples.Nal(sample.Idr, sample.Size)]);
            var arrived = Talk(client, server).OfType<MediaSample>().Select(sample => (sample.DtsMs, sample.Data.Length, sample.CompositionMs, sample.IsIdr, sample.Kind == MediaKind.Audio));
            return arrived.SequenceEqual(samples.Select(sample => sample.Sound
                ? (sample.Time, sample.Size, 0, true, true)
                : (sample.Time, sample.Size + 4, sample.Composition, sample.Idr, false)));
        });

    [Fact]
    public void Metadata_is_read_and_the_end_is_polite()
    {
        using var client = new RtmpClientSession(Target, SystemRandomSource.Instance, TimeProvider.System);
        using var server = Server();
        Talk(client, server);
        client.AddMetadata(new AmfObject { IsArray = true, ["framerate"] = 30d, ["audiocodecid"] = 10d, ["encoder"] = "ClusterCast" });
        client.AddEnd();
        var metadata = Assert.IsType<StreamMetadata>(Assert.Single(Talk(client, server)));
        Assert.Equal((30d, true, "ClusterCast"), (metadata.FrameRate, metadata.HasAudio, metadata.Encoder));
        Assert.True(server.Ended);
    }

    [Theory]
    [InlineData("error", "NetStream.Publish.BadName", "Already publishing", MediaFault.NameInUse)]
    [InlineData("error", "NetStream.Publish.BadName", "Stream name is already in use", MediaFault.NameInUse)]
    [InlineData("error", "NetStream.Publish.BadName", "", MediaFault.KeyRefused)]
    [InlineData("error", "NetStream.Publish.Denied", "no", MediaFault.KeyRefused)]
    [InlineData("error", "NetStream.Failed", "Invalid stream key", MediaFault.KeyRefused)]
    [InlineData("error", "NetStream.Publish.Rejected", "The region is closed", MediaFault.PublishRefused)]
    [InlineData("status", "NetStream.Unpublish.Success", "", MediaFault.Disconnected)]
    public void Refusals_are_told_apart(string level, string code, string words, MediaFault fault) =>
        Assert.Equal(fault, Refused(server => server.Status(level, code, words)).Fault);

    [Fact]
    public void A_refused_application_is_told_so()
    {
        var failure = Assert.Throws<MediaException>(() =>
        {
            using var client = new RtmpClientSession(RtmpTarget.Parse("rtmp://host/show/secret"), SystemRandomSource.Instance, TimeProvider.System);
            using var server = Server();
            Talk(client, server);
        });
        Assert.Equal(MediaFault.PublishRefused, failure.Fault);
        Assert.Contains("refuses the application", failure.Message);
    }

    [Fact]
    public void A_server_that_asks_for_a_password_is_told_apart() => Assert.Contains("user name and a password", Assert.Throws<MediaException>(() =>
        Play(new ServerBytes().Hello().Command("_error", 1, null, new AmfObject { ["level"] = "error", ["code"] = "NetConnection.Connect.Rejected", ["description"] = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : " }))).Message);

    [Theory]
    [InlineData(0x16, "speaks TLS")]
    [InlineData((byte)'H', "does not speak RTMP")]
    public void Other_protocols_are_recognised(byte first, string said) => Assert.Contains(said, Assert.Throws<MediaException>(() => Play(new ServerBytes().Hello(first))).Message);

    [Fact]
    public void Pings_are_answered_acknowledgements_read_and_received_bytes_acknowledged()
    {
        var session = Play(Granted().Message(RtmpMessageType.UserControl, [0, 6, 1, 2, 3, 4]).Message(RtmpMessageType.Acknowledgement, [0, 0, 4, 210])
            .Message(RtmpMessageType.WindowAcknowledgementSize, [0, 1, 0, 0]).Message((RtmpMessageType)99, new byte[70_000]));
        Assert.Equal(1234u, session.PeerAcknowledged);
        var answers = Messages(session.TakeOutput());
        Assert.Contains(answers, answer => answer.Type == RtmpMessageType.UserControl && answer.Body.SequenceEqual<byte>([0, 7, 1, 2, 3, 4]));
        Assert.Contains(answers, answer => answer.Type == RtmpMessageType.Acknowledgement);
    }

    [Fact]
    public void Pings_without_end_do_not_fill_memory()
    {
        var bytes = Granted();
        for (var n = 0; n < 10_000; n++) bytes.Message(RtmpMessageType.UserControl, [0, 6, 1, 2, 3, 4]);
        Assert.InRange(Play(bytes).OutputBytes, 0, 8192);
    }

    [Fact]
    public void Errors_about_releaseStream_and_FCPublish_mean_nothing() => Assert.Equal(RtmpClientStage.CreateStream,
        Play(new ServerBytes().Hello().Command("_result", 1, null, null).Command("_error", 2, null, null).Command("_error", 3, null, null)).Stage);

    [Fact]
    public void A_stream_that_is_refused_or_has_no_number_is_told_so()
    {
        Assert.Equal(MediaFault.PublishRefused, Assert.Throws<MediaException>(() => Play(new ServerBytes().Hello().Command("_result", 1, null, null).Command("_error", 4, null, null))).Fault);
        Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => Play(new ServerBytes().Hello().Command("_result", 1, null, null).Command("_result", 4, null, "x"))).Fault);
        Assert.Equal(MediaFault.Malformed, Assert.Throws<MediaException>(() => Play(new ServerBytes().Hello().Command("_result", 1, null, null).Command("_result", 4, null, double.NaN))).Fault);
    }

    private static ServerBytes Granted() => new ServerBytes().Hello().Command("_result", 1, null, null).Command("_result", 4, null, 1d).Status("status", "NetStream.Publish.Start", "go");

    private static MediaException Refused(Func<ServerBytes, ServerBytes> last) =>
        Assert.Throws<MediaException>(() => Play(last(new ServerBytes().Hello().Command("_result", 1, null, null).Command("_result", 4, null, 1d))));

    private static RtmpClientSession Play(ServerBytes bytes)
    {
        var session = new RtmpClientSession(Target, SystemRandomSource.Instance, TimeProvider.System);
        session.TakeOutput();
        var input = Bytes.Split(bytes.ToArray(), 1460);
        while (session.Advance(ref input))
            if (session.Stage < RtmpClientStage.Media) session.TakeOutput();
        return session;
    }

    private static RtmpSession Server() => new("live", key => key == "secret" ? PublishVerdict.Accepted : PublishVerdict.WrongKey, TimeProvider.System);

    /// <summary>Carries bytes to and fro until both are silent; returns what the server got.</summary>
    private static List<MediaItem> Talk(RtmpClientSession client, RtmpSession server)
    {
        var items = new List<MediaItem>();
        while (client.OutputBytes > 0)
        {
            var there = Bytes.Split(client.TakeOutput().ToArray(), 777);
            try
            {
                while (server.Advance(ref there, out var item))
                    if (item is not null) items.Add(item);
            }
            catch (MediaException reason)
            {
                server.WriteRefusal(reason);
            }
            var back = Bytes.Split(server.Output.WrittenSpan.ToArray(), 333);
            server.Output.ResetWrittenCount();
            while (client.Advance(ref back)) { }
        }
        return items;
    }

    private static List<(RtmpMessageType Type, byte[] Body)> Messages(ReadOnlyMemory<byte> bytes)
    {
        using var reader = new ChunkReader();
        var input = new ReadOnlySequence<byte>(bytes);
        var messages = new List<(RtmpMessageType, byte[])>();
        while (reader.TryRead(ref input, out var message))
            using (message) messages.Add((message!.Type, message.Payload.Memory.ToArray()));
        return messages;
    }
}
