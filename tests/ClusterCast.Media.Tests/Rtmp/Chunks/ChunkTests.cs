using System.Buffers;
using ClusterCast.Media.Rtmp;
using ClusterCast.Media.Rtmp.Chunks;
using ClusterCast.Media.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ClusterCast.Media.Tests.Rtmp.Chunks;

public sealed class ChunkTests
{
    private sealed record Sent(int ChunkStream, RtmpMessageType Type, uint StreamId, uint Timestamp, byte[] Body);

    [Fact]
    public void Messages_survive_any_chunk_size_and_any_split()
    {
        var messages =
            from id in Gen.Elements(2, 3, 63, 64, 319, 320, 65_599)
            from type in Gen.Elements(RtmpMessageType.Audio, RtmpMessageType.Video, RtmpMessageType.CommandAmf0)
            from stream in Gen.Elements(0u, 1u)
            from time in Gen.OneOf(Gen.Choose(0, 100).Select(ms => (uint)ms), Gen.Elements(0xFFFFFEu, 0xFFFFFFu, 0x1000000u, uint.MaxValue, 0x80000001u))
            from body in Properties.ByteArrays(700)
            select new Sent(id, type, stream, time, body);
        var cases =
            from sent in messages.ListOf()
            from size in Gen.Elements(1, 64, 128, 4096)
            from split in Gen.Elements(1, 7, 1000)
            select (sent, size, split);
        Properties.Hold(cases, given =>
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new ChunkWriter();
            writer.Write(output, 2, RtmpMessageType.SetChunkSize, 0, 0, [0, 0, (byte)(given.size >> 8), (byte)given.size]);
            writer.ChunkSize = given.size;
            foreach (var message in given.sent) writer.Write(output, message.ChunkStream, message.Type, message.StreamId, message.Timestamp, message.Body);
            var read = Read(output.WrittenSpan.ToArray(), given.split).Skip(1).ToList();
            return read.Count == given.sent.Count && read.Zip(given.sent).All(pair => pair.First with { Body = [] } == pair.Second with { Body = [] }
                && pair.First.Body.SequenceEqual(pair.Second.Body));
        });
    }

    [Fact]
    public void All_four_header_types_are_written_and_read()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ChunkWriter();
        void Write(uint time, int length) => writer.Write(output, 4, RtmpMessageType.Audio, 1, time, new byte[length]);
        Write(1000, 1); // type 0: 12 + 1 bytes
        Write(1020, 2); // type 1: 8 + 2
        Write(1040, 2); // type 3: 1 + 2
        Write(1070, 2); // type 2: 4 + 2
        Assert.Equal(13 + 10 + 3 + 6, output.WrittenCount);
        Assert.Equal([1000u, 1020u, 1040u, 1070u], Read(output.WrittenSpan.ToArray(), 5).Select(message => message.Timestamp));
    }

    [Fact]
    public void Chunks_of_two_messages_may_interleave()
    {
        var bytes = Convert.FromHexString("04 000001 000082 08 01000000".Replace(" ", ""))
            .Concat(new byte[128]).Concat(Convert.FromHexString("05 000002 000001 09 01000000 77".Replace(" ", ""))).Concat(new byte[] { 0xC4, 1, 2 }).ToArray();
        var read = Read(bytes, 1000);
        Assert.Equal([(RtmpMessageType.Video, 2u, 1), (RtmpMessageType.Audio, 1u, 130)], read.Select(message => (message.Type, message.Timestamp, message.Body.Length)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Continuation_may_or_may_not_repeat_the_extended_timestamp(bool repeated)
    {
        byte[] start = [4, 0xFF, 0xFF, 0xFF, 0, 0, 129, 8, 1, 0, 0, 0, 1, 0, 0, 0];
        byte[] bytes = [.. start, .. new byte[128], 0xC4, .. repeated ? new byte[] { 1, 0, 0, 0 } : [], 0x99];
        var message = Assert.Single(Read([.. bytes, .. repeated ? [] : new byte[3]], 3));
        Assert.Equal((0x1000000u, 0x99), (message.Timestamp, message.Body[128]));
    }

    [Fact]
    public void Abort_drops_the_unfinished_message()
    {
        byte[] begun = [4, 0, 0, 0, 0, 0, 200, 8, 1, 0, 0, 0, .. new byte[128]];
        byte[] abort = [2, 0, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 4];
        byte[] whole = [4, 0, 0, 9, 0, 0, 1, 8, 1, 0, 0, 0, 0x42];
        Assert.Equal([RtmpMessageType.Abort, RtmpMessageType.Audio], Read([.. begun, .. abort, .. whole], 11).Select(message => message.Type));
    }

    [Fact]
    public void A_message_above_4_MiB_is_refused_before_memory_is_taken() =>
        Assert.Equal(MediaFault.LimitExceeded, Refused([4, 0, 0, 0, 0x40, 0, 1, 9, 1, 0, 0, 0]));

    [Fact]
    public void Unfinished_messages_together_are_bounded()
    {
        var begun = Enumerable.Range(3, 3).SelectMany(id => new byte[] { (byte)id, 0, 0, 0, 0x30, 0, 0, 9, 1, 0, 0, 0 }.Concat(new byte[128]));
        Assert.Equal(MediaFault.LimitExceeded, Refused(begun.ToArray()));
    }

    [Fact]
    public void Chunk_streams_are_bounded()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ChunkWriter();
        for (var id = 0; id <= RtmpLimits.MaxChunkStreams; id++) writer.Write(output, 3 + id, RtmpMessageType.Audio, 1, 0, [1]);
        Assert.Equal(MediaFault.LimitExceeded, Refused(output.WrittenSpan.ToArray()));
    }

    [Theory]
    [InlineData("C4")] // continuation of nothing
    [InlineData("84000001")] // delta of nothing
    [InlineData("020000000000040100000000" + "00000000")] // chunk size 0
    [InlineData("020000000000040100000000" + "FFFFFFFF")] // chunk size with the top bit
    [InlineData("020000000000020100000000" + "0000")] // control message too short
    public void Broken_chunks_are_refused(string hex) => Assert.Equal(MediaFault.Malformed, Refused(Convert.FromHexString(hex)));

    [Fact]
    public void A_new_header_inside_a_message_is_refused() =>
        Assert.Equal(MediaFault.Malformed, Refused([4, 0, 0, 0, 0, 0, 200, 8, 1, 0, 0, 0, .. new byte[128], 4, 0, 0, 0, 0, 0, 200, 8, 1, 0, 0, 0]));

    private static MediaFault Refused(byte[] bytes) => Assert.Throws<MediaException>(() => Read(bytes, 100)).Fault;

    private static List<Sent> Read(byte[] bytes, int split)
    {
        using var reader = new ChunkReader();
        var messages = new List<Sent>();
        // The bytes arrive one piece after the other, and what is not consumed comes again with the next piece.
        var kept = Array.Empty<byte>();
        foreach (var piece in bytes.Chunk(split))
        {
            var input = Bytes.Split([.. kept, .. piece], 3);
            while (reader.TryRead(ref input, out var message))
                using (message) messages.Add(new Sent(message!.ChunkStream, message.Type, message.StreamId, message.Timestamp, message.Payload.Memory.ToArray()));
            kept = input.ToArray();
            Assert.InRange(kept.Length, 0, 18);
        }
        return messages;
    }
}
