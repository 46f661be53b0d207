using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Server;
using ClusterCast.Media.Segmenting;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Fuzzing;

public sealed class RtmpFuzzTests
{
    private static readonly byte[] MadeUp = PublisherBytes.Publishing("secret")
        .Metadata(new AmfObject { ["framerate"] = 30d, ["list"] = new object?[] { 1d, "x", null, true } }).ChunkSize(4096)
        .AvcConfig().AacConfig().Frame(0, true, 33).Sound(0).Frame(33, false).Sound(21).Frame(67, false).Frame(100, false).Frame(20_000_000, true).ToArray();

    [Fact]
    public void Whole_sessions_from_the_handshake_to_parts() => Fuzz.Run([MadeUp, .. Captures.All], Play);

    /// <summary>Past the handshake, so that mutations hit commands and media and not 3 KB of padding.</summary>
    [Fact]
    public void Sessions_behind_the_handshake() =>
        Fuzz.Run([.. new[] { MadeUp }.Concat(Captures.All).Select(bytes => bytes[Captures.HandshakeBytes..])], bytes => Play([3, .. new byte[3072], .. bytes]));

    [Fact]
    public void Amf_values() => Fuzz.Run(
        [AmfWriter.ToBytes("connect", 1, new AmfObject { ["app"] = "live", ["in"] = new AmfObject { ["a"] = new object?[] { 1d, DateTimeOffset.UnixEpoch } } }, null, true)],
        bytes => AmfReader.ReadAll(bytes));

    [Fact]
    public void Codec_configurations() => Fuzz.Run([Samples.AvcRecord, Samples.AvcCropped, Samples.AvcInterlaced, Samples.AacStereo48, Samples.AacFiveOne48], bytes =>
    {
        try
        {
            AvcConfig.Parse(bytes);
        }
        catch (MediaException)
        {
            AacConfig.Parse(bytes);
        }
    });

    private static void Play(byte[] bytes)
    {
        using var session = new RtmpSession("live", _ => PublishVerdict.Accepted, TimeProvider.System);
        using var segmenter = new PartSegmenter();
        var events = new List<MediaEvent>();
        var input = Bytes.Split(bytes, 1460);
        while (session.Advance(ref input, out var item))
        {
            if (item is not null) segmenter.Add(item, events);
            Assert.InRange(session.Output.WrittenCount, 0, 1 << 20);
        }
        // What comes out of broken input is still well-formed.
        Media.Cmaf.CmafInit? init = null;
        foreach (var ready in events)
            if (ready is MediaInit next) init = Media.Cmaf.CmafParser.ParseInit(next.Bytes.Span);
            else Media.Cmaf.CmafParser.ParsePart(((MediaPart)ready).Bytes.Span, init!);
    }
}
