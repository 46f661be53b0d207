using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Rtmp.Client;
using ClusterCast.Media.Tests.Support;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Media.Tests.Fuzzing;

public sealed class RtmpClientFuzzTests
{
    private const int HandshakeBytes = 1 + 2 * 1536;

    private static readonly RtmpTarget Target = RtmpTarget.Parse("rtmp://host/live/secret");

    private static readonly byte[] Granting = new ServerBytes().Hello()
        .Message(RtmpMessageType.WindowAcknowledgementSize, [0, 0x26, 0x25, 0xA0]).Message(RtmpMessageType.SetPeerBandwidth, [0, 0x26, 0x25, 0xA0, 2])
        .Command("_result", 1, new AmfObject { ["fmsVer"] = "FMS/3,0,1,123" }, new AmfObject { ["level"] = "status", ["code"] = "NetConnection.Connect.Success" })
        .Command("onFCPublish", 0, null, new AmfObject { ["code"] = "NetStream.Publish.Start" })
        .Command("_result", 4, null, 1d).Message(RtmpMessageType.UserControl, [0, 0, 0, 0, 0, 1]).Status("status", "NetStream.Publish.Start", "go")
        .Message(RtmpMessageType.Acknowledgement, [0, 4, 0, 0]).Message(RtmpMessageType.UserControl, [0, 6, 0, 0, 0, 1]).Status("error", "NetStream.Publish.BadName", "Already publishing").ToArray();

    [Fact]
    public void Whole_answers_of_a_server() => Fuzz.Run([Granting], Play);

    /// <summary>Past the handshake, so that mutations hit commands and not 3 KB of padding.</summary>
    [Fact]
    public void Answers_behind_the_handshake() => Fuzz.Run([Granting[HandshakeBytes..]], bytes => Play([.. Granting[..HandshakeBytes], .. bytes]));

    private static void Play(byte[] bytes)
    {
        using var session = new RtmpClientSession(Target, SystemRandomSource.Instance, TimeProvider.System);
        var input = Bytes.Split(bytes, 1460);
        while (session.Advance(ref input)) Assert.InRange(session.OutputBytes, 0, 1 << 20);
    }
}
