using System.Text.Json.Nodes;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>One or more whole frames of every message type, with the fields under their names in spec/wire.md.</summary>
internal static class FrameVectors
{
    private static readonly StreamId Stream = new(1);
    private static readonly Hash32 HashA = Known.Hash("a");
    private static readonly Hash32 HashB = Known.Hash("b");
    private static readonly Address Node = Known.NodeKey.Address;
    private static readonly Signature Sig = Known.NodeKey.Sign(Known.Hash("signed"));
    private const ulong Run = 1_767_225_600_000;
    private static readonly NetAddress Seen4 = new(281_474_087_547_143, 54_321);
    private static readonly NetAddress Seen6 = new(UInt128.Parse("42540766411282592856903984951653826561"), 65_535);
    private static readonly string Stream32 = Stream.Value.ToString();

    public static JsonArray File() =>
    [
        Of("Hello", new Hello(1, PeerRole.Relay, 31337, HashA), new() { ["version"] = "1", ["role"] = "1", ["chainId"] = "31337", ["nonce"] = HashA.ToString() }),
        Of("Hello, all maximal", new Hello(ushort.MaxValue, (PeerRole)byte.MaxValue, ulong.MaxValue, Known.MaxHash),
            new() { ["version"] = "65535", ["role"] = "255", ["chainId"] = "18446744073709551615", ["nonce"] = Known.MaxHash.ToString() }),
        Of("Welcome", new Welcome(1, Node, Sig), new() { ["version"] = "1", ["node"] = Node.ToString(), ["proof"] = Sig.ToString() }),
        Of("Goodbye", new Goodbye(GoodbyeCode.Corrupt, "leaf 3 is not the signed one"), new() { ["code"] = "3", ["reason"] = "leaf 3 is not the signed one" }),
        Of("Goodbye, longest reason", new Goodbye(GoodbyeCode.Idle, new string('é', 512)), new() { ["code"] = "6", ["reason"] = new string('é', 512) }),
        Of("Goodbye, no reason", new Goodbye(GoodbyeCode.ShuttingDown, ""), new() { ["code"] = "1", ["reason"] = "" }),
        Of("Ping", new Ping(ulong.MaxValue), new() { ["value"] = "18446744073709551615" }),
        Of("Pong", new Pong(42), new() { ["value"] = "42" }),
        Of("Observed, IPv4", new Observed(Seen4), new() { ["address"] = "281474087547143", ["port"] = "54321" }),
        Of("Observed, IPv6", new Observed(Seen6), new() { ["address"] = "42540766411282592856903984951653826561", ["port"] = "65535" }),
        Of("Load", new Load(85), new() { ["percent"] = "85" }),
        Of("Subscribe to the newest window of any track", new Subscribe(3, Stream, 0, 0, 0),
            new() { ["channel"] = "3", ["stream"] = Stream32, ["track"] = "0", ["window"] = "0", ["parts"] = "0" }),
        Of("Subscribe, resuming", new Subscribe(255, Known.MaxStream, 1080, 77, 12),
            new() { ["channel"] = "255", ["stream"] = Known.MaxHash.ToString(), ["track"] = "1080", ["window"] = "77", ["parts"] = "12" }),
        Of("Subscribed", new Subscribed(3, Run, 78), new() { ["channel"] = "3", ["run"] = "1767225600000", ["window"] = "78" }),
        Of("Refused", new Refused(3, RefusalCode.Full, 5_000, "16 of 16 places are taken"),
            new() { ["channel"] = "3", ["code"] = "2", ["retryAfterMs"] = "5000", ["reason"] = "16 of 16 places are taken" }),
        Of("Unsubscribe", new Unsubscribe(3), new() { ["channel"] = "3" }),
        Of("Ended", new Ended(3, Run), new() { ["channel"] = "3", ["run"] = "1767225600000" }),
        Of("Fetch of a whole window of the newest run", new Fetch(7, Stream, 480, 0, 41, 0, 0),
            new() { ["channel"] = "7", ["stream"] = Stream32, ["track"] = "480", ["run"] = "0", ["window"] = "41", ["part"] = "0", ["parts"] = "0" }),
        Of("Fetch of two parts", new Fetch(255, Known.MaxStream, 1080, Run, 78, 12, 2),
            new()
            {
                ["channel"] = "255", ["stream"] = Known.MaxHash.ToString(), ["track"] = "1080", ["run"] = "1767225600000", ["window"] = "78", ["part"] = "12", ["parts"] = "2",
            }),
        Of("Have", new Have(Stream, 480, Run, 78, 0b1110),
            new() { ["stream"] = Stream32, ["track"] = "480", ["run"] = "1767225600000", ["window"] = "78", ["held"] = "14" }),
        Of("Have of 64 windows", new Have(Known.MaxStream, 1080, ulong.MaxValue, uint.MaxValue, ulong.MaxValue),
            new()
            {
                ["stream"] = Known.MaxHash.ToString(), ["track"] = "1080", ["run"] = "18446744073709551615", ["window"] = "4294967295", ["held"] = "18446744073709551615",
            }),
        Of("Init", new InitMessage(3, Run, 480, Known.Bytes(1, 40)), new() { ["channel"] = "3", ["run"] = "1767225600000", ["track"] = "480", ["bytes"] = Hex.Encode(Known.Bytes(1, 40)) }),
        Of("Window", new WindowMessage(3, 1, default), new() { ["channel"] = "3", ["window"] = "1", ["prev"] = Hash32.Zero.ToString() }),
        Of("Part", new PartMessage(3, 78, 0, Run + 100, PartFlags.StartsWithIdr, 20_000, HeadFlags.None, Sig, [HashA, HashB]),
            new()
            {
                ["channel"] = "3", ["window"] = "78", ["part"] = "0", ["time"] = "1767225600100", ["flags"] = "1", ["byteLength"] = "20000", ["headFlags"] = "0",
                ["sig"] = Sig.ToString(), ["leaves"] = new JsonArray(HashA.ToString(), HashB.ToString()),
            }),
        Of("Part that closes its window", new PartMessage(3, 78, 19, Run + 1_900, PartFlags.None, 1, HeadFlags.Last, Sig, [HashA]),
            new()
            {
                ["channel"] = "3", ["window"] = "78", ["part"] = "19", ["time"] = "1767225601900", ["flags"] = "0", ["byteLength"] = "1", ["headFlags"] = "1",
                ["sig"] = Sig.ToString(), ["leaves"] = new JsonArray(HashA.ToString()),
            }),
        Of("Head", new HeadMessage(3, 78, 20, Run + 2_000, HeadFlags.Last, Sig),
            new() { ["channel"] = "3", ["window"] = "78", ["count"] = "20", ["time"] = "1767225602000", ["flags"] = "1", ["sig"] = Sig.ToString() }),
        Of("Node", new NodeMessage(3, 78, 1, Run + 200, PartFlags.None, 16_385, [HashB, HashA]),
            new()
            {
                ["channel"] = "3", ["window"] = "78", ["part"] = "1", ["time"] = "1767225600200", ["flags"] = "0", ["byteLength"] = "16385",
                ["leaves"] = new JsonArray(HashB.ToString(), HashA.ToString()),
            }),
        Of("Leaf of one byte", new LeafMessage(3, 78, 2, 1, [0x2a]), new() { ["channel"] = "3", ["window"] = "78", ["part"] = "2", ["leaf"] = "1", ["bytes"] = "0x2a" }),
        Of("Leaf of 16,384 bytes", new LeafMessage(3, 78, 2, 0, Known.Bytes(5, WindowLimits.LeafBytes)),
            new() { ["channel"] = "3", ["window"] = "78", ["part"] = "2", ["leaf"] = "0", ["bytes"] = Hex.Encode(Known.Bytes(5, WindowLimits.LeafBytes)) }),
        Of("SessionOpen", new SessionOpenMessage(Known.ViewingKey.Address, Node, HashA, Run, Sig),
            new() { ["purse"] = Known.ViewingKey.Address.ToString(), ["relay"] = Node.ToString(), ["nonce"] = HashA.ToString(), ["time"] = "1767225600000", ["sig"] = Sig.ToString() }),
        Of("Offer", new Offer(default, Stream, 1, 10_000, 10_000, HashB, 500_000, 64_000),
            new()
            {
                ["acked"] = Hash32.Zero.ToString(), ["stream"] = Stream32, ["terms"] = "1", ["price"] = "10000", ["faceValue"] = "10000", ["commit"] = HashB.ToString(),
                ["ticketBytes"] = "500000", ["creditBytes"] = "64000",
            }),
        Of("Ticket", new TicketMessage(Node, Stream, 1, HashB, UInt128.MaxValue, 10_000, ulong.MaxValue, 20_454, 500_000, Sig),
            new()
            {
                ["relay"] = Node.ToString(), ["stream"] = Stream32, ["terms"] = "1", ["commit"] = HashB.ToString(), ["salt"] = UInt128.MaxValue.ToString(), ["faceValue"] = "10000",
                ["winProb"] = "18446744073709551615", ["epoch"] = "20454", ["bytes"] = "500000", ["sig"] = Sig.ToString(),
            }),
        Of("TicketRefused", new TicketRefused(HashB, PaymentRefusal.PurseTooLow, "the purse holds $0.05, $0.10 is needed"),
            new() { ["commit"] = HashB.ToString(), ["code"] = "4", ["reason"] = "the purse holds $0.05, $0.10 is needed" }),
        Of("Receipt", new ReceiptMessage(Node, Known.ViewingKey.Address, HashA, HashB, 375_000, Run, Sig),
            new()
            {
                ["relay"] = Node.ToString(), ["purse"] = Known.ViewingKey.Address.ToString(), ["headDigest"] = HashA.ToString(), ["servedRoot"] = HashB.ToString(), ["byteLength"] = "375000",
                ["time"] = "1767225600000", ["sig"] = Sig.ToString(),
            }),
        Of("SessionRefused", new SessionRefused(PaymentRefusal.NotWanted, "free for you"), new() { ["code"] = "8", ["reason"] = "free for you" }),
        Of("SessionClose", new SessionClose(Known.ViewingKey.Address), new() { ["purse"] = Known.ViewingKey.Address.ToString() }),
        Record(),
        Of("Announce", new Announce(Stream, 480, Run, [Known.Account("broadcaster"), Node]),
            new()
            {
                ["stream"] = Stream32, ["track"] = "480", ["run"] = "1767225600000", ["path"] = new JsonArray(Known.Account("broadcaster").ToString(), Node.ToString()),
            }),
        Of("Withdraw", new Withdraw(Stream, 480), new() { ["stream"] = Stream32, ["track"] = "480" }),
        .. EvidenceVectors.Proven().Select(example => Evidence(example.Name, example.Offence)),
        Of("SessionNews", new SessionNews(new SessionOpenMessage(Known.ViewingKey.Address, Node, HashA, Run, Sig)),
            new() { ["purse"] = Known.ViewingKey.Address.ToString(), ["relay"] = Node.ToString(), ["nonce"] = HashA.ToString(), ["time"] = "1767225600000", ["sig"] = Sig.ToString() }),
        Of("SessionEnd", new SessionEndMessage(Known.ViewingKey.Address, Node, HashA, Run, Sig),
            new() { ["purse"] = Known.ViewingKey.Address.ToString(), ["relay"] = Node.ToString(), ["nonce"] = HashA.ToString(), ["time"] = "1767225600000", ["sig"] = Sig.ToString() }),
        Of("PunchRequest", new PunchRequest(7, Node), new() { ["token"] = "7", ["node"] = Node.ToString() }),
        Of("PunchOffer", new PunchOffer(7, Seen4, 25_000),
            new() { ["token"] = "7", ["address"] = "281474087547143", ["port"] = "54321", ["startMicros"] = "25000" }),
        Of("PunchGo", new PunchGo(ulong.MaxValue, new NetAddress(UInt128.MaxValue, 0), 1_000_000),
            new() { ["token"] = "18446744073709551615", ["address"] = UInt128.MaxValue.ToString(), ["port"] = "0", ["startMicros"] = "1000000" }),
        Of("PunchRefused", new PunchRefused(7, PunchRefusal.TooOften), new() { ["token"] = "7", ["code"] = "3" }),
        Of("Measure", new Measure(1_000_000), new() { ["byteCount"] = "1000000" }),
        Of("Padding", new Padding(0, Known.Bytes(3, 20)), new() { ["last"] = "0", ["bytes"] = Hex.Encode(Known.Bytes(3, 20)) }),
        Of("Padding, the last", new Padding(1, [0x2a]), new() { ["last"] = "1", ["bytes"] = "0x2a" }),
        Of("Measured", new Measured(1_000_000, 800_000, Run), new() { ["byteCount"] = "1000000", ["micros"] = "800000", ["time"] = "1767225600000" }),
        Of("Resend, three shards are needed", new Resend(70_000, 3), new() { ["block"] = "70000", ["shards"] = "3" }),
        Of("Resend, nothing has come", new Resend(uint.MaxValue, 0), new() { ["block"] = "4294967295", ["shards"] = "0" }),
        Of("LaneReport", new LaneReport(70_001, 360, 4), new() { ["next"] = "70001", ["received"] = "360", ["lost"] = "4" }),
        Of("LaneOpen", new LaneOpen(1), new() { ["version"] = "1" }),
        Of("LaneBlock with a Ping", new LaneBlock(7, Frame.Encode(new Ping(42))), new() { ["block"] = "7", ["bytes"] = Hex.Encode(Frame.Encode(new Ping(42))) }),
    ];

    private static JsonObject Record()
    {
        var record = RelayRecord.Sign(
            Known.NodeKey, Known.Account("payout"), 10_000, Run, Run + 90_000, [new Endpoint(EndpointKind.Tls, "tls://192.0.2.7:7400")],
            [new CarriedTrack(new TrackKey(Stream, 480), 3, 33)], Known.Domains.RelayStaking);
        return Of("Record", record, new()
        {
            ["endpoints"] = new JsonArray(new JsonObject { ["kind"] = "1", ["url"] = "tls://192.0.2.7:7400" }),
            ["tracks"] = new JsonArray(new JsonObject { ["stream"] = Stream32, ["track"] = "480", ["oldest"] = "3", ["newest"] = "33" }),
            ["node"] = Node.ToString(),
            ["payout"] = record.Payout.ToString(),
            ["price"] = "10000",
            ["issued"] = "1767225600000",
            ["expires"] = "1767225690000",
            ["sig"] = record.Signature.ToString(),
        });
    }

    private static JsonObject Evidence(string name, Offence offence)
    {
        var frame = Frame.Encode(new EvidenceMessage(offence));
        Frame.TryRead(frame, out _, out var header, out _);
        return Of($"Evidence: {name}", new EvidenceMessage(offence), new() { ["kind"] = frame[header].ToString(), ["bytes"] = Hex.Encode(frame.AsSpan(header + 1)) });
    }

    private static JsonObject Of<T>(string name, in T message, JsonObject fields)
        where T : IMessage, allows ref struct => new()
        {
            ["name"] = name,
            ["type"] = $"0x{(byte)message.Type:x2}",
            ["hex"] = Hex.Encode(Frame.Encode(message)),
            ["fields"] = fields,
        };
}
