using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Frames that must be refused. Each is complete: a reader that waits for more bytes is wrong too.</summary>
internal static class InvalidFrameVectors
{
    public static JsonArray File()
    {
        var ping = Frame.Encode(new Ping(1));
        var hello = Frame.Encode(new Hello(1, PeerRole.Viewer, 31337, Known.Hash("a")));
        var sig = Known.NodeKey.Sign(Known.Hash("signed"));
        return
        [
            Of("body of 65,537 bytes", [0x20, 0x80, 0x01, 0x00, 0x01], "the body is longer than 65,536 bytes, which the header already shows"),
            Of("length of eight bytes", [0x04, 0xc0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1], "the length takes eight bytes: not the shortest form, or too long"),
            Of("length 8 in two bytes", [0x04, 0x40, 0x08, .. ping.AsSpan(2)], "the length is not in its shortest form"),
            Of("length 8 in four bytes", [0x04, 0x80, 0x00, 0x00, 0x08, .. ping.AsSpan(2)], "the length is not in its shortest form"),
            Of("length 16,383 in four bytes", [0x20, 0x80, 0x00, 0x3f, 0xff, .. new byte[16_383]], "the length is not in its shortest form"),
            Of("empty Ping", [0x04, 0x00], "the body ends before its fields do"),
            Of("Ping of seven bytes", [0x04, 0x07, .. ping.AsSpan(2, 7)], "the body ends before its fields do"),
            Of("Ping of nine bytes", [0x04, 0x09, .. ping.AsSpan(2), 0x00], "the body is longer than its fields need"),
            Of("Hello without its last byte", [0x01, (byte)(hello[1] - 1), .. hello.AsSpan(2, hello.Length - 3)], "the body ends before its fields do"),
            Body("Goodbye with a reason of 1,025 bytes", FrameType.Goodbye, b => b.U16(1).U16(1_025).Raw(new byte[1_025]), "a text is longer than 1,024 bytes"),
            Body("Goodbye that promises more text than it has", FrameType.Goodbye, b => b.U16(1).U16(5).Raw("abcd"u8), "the body ends before its fields do"),
            Body("Goodbye with a lone continuation byte", FrameType.Goodbye, b => b.U16(1).U16(1).Raw([0x80]), "a text is not valid UTF-8"),
            Body("Goodbye with an overlong slash", FrameType.Goodbye, b => b.U16(1).U16(2).Raw([0xc0, 0xaf]), "a text is not valid UTF-8"),
            Body("Goodbye with a surrogate", FrameType.Goodbye, b => b.U16(1).U16(3).Raw([0xed, 0xa0, 0x80]), "a text is not valid UTF-8"),
            Body("Part with half a leaf hash", FrameType.Part, b => b.U8(1).U32(1).U16(0).U64(1).U8(1).U32(1).U8(0).Signature(sig).Raw(new byte[16]), "the rest is no list of hashes of 32 bytes"),
            Body("Node with 257 leaf hashes", FrameType.Node, b => b.U8(1).U32(1).U16(0).U64(1).U8(1).U32(1).Raw(new byte[257 * 32]), "a part has at most 256 leaves"),
            Body("Announce without a path", FrameType.Announce, b => b.Stream(new StreamId(1)).U16(480).U64(1).U8(0), "a path has 1 to 8 nodes"),
            Body("Announce with a path of nine", FrameType.Announce, b => b.Stream(new StreamId(1)).U16(480).U64(1).U8(9).Raw(new byte[9 * 20]), "a path has 1 to 8 nodes"),
            Record("Record without an endpoint", 0, 0, 1, "a record has 1 to 8 endpoints"),
            Record("Record with nine endpoints", 9, 0, 1, "a record has 1 to 8 endpoints"),
            Record("Record with 65 tracks", 1, 65, 1, "a record has at most 64 tracks"),
            Record("Record that lives 90,001 ms", 1, 0, 90_001, "a record lives 1 to 90,000 ms"),
            Record("Record that expires when it is issued", 1, 0, 0, "a record lives 1 to 90,000 ms"),
        ];
    }

    private static JsonObject Record(string name, int endpoints, int tracks, ulong life, string reason) => Body(
        name,
        FrameType.Record,
        body =>
        {
            body.U8((byte)endpoints);
            for (var i = 0; i < endpoints; i++)
            {
                body.U8((byte)EndpointKind.Tls).Text("tls://a:1");
            }

            body.U8((byte)tracks);
            for (var i = 0; i < tracks; i++)
            {
                body.Stream(new StreamId(1)).U16((ushort)i).U32(1).U32(2);
            }

            body.Address(default).Address(default).U64(1).U64(1_000).U64(1_000 + life).Signature(default);
        },
        reason);

    private static JsonObject Body(string name, FrameType type, Action<BodyWriter> write, string reason)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        write(new BodyWriter(body));
        var frame = new byte[WireLimits.HeaderBytes + body.WrittenCount];
        var header = Frame.WriteHeader(frame, type, body.WrittenCount);
        body.WrittenSpan.CopyTo(frame.AsSpan(header));
        return Of(name, frame.AsSpan(0, header + body.WrittenCount), reason);
    }

    private static JsonObject Of(string name, ReadOnlySpan<byte> frame, string reason) => new() { ["name"] = name, ["hex"] = Hex.Encode(frame), ["reason"] = reason };
}
