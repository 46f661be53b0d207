using System.Buffers;
using ClusterCast.Node.Settlement;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Tests.Settlement;

public sealed class RawFrameTests
{
    [Fact]
    public void A_raw_frame_is_the_message_that_was_encoded()
    {
        var frame = new RawFrame([(byte)FrameType.Ping, 8, 1, 2, 3, 4, 5, 6, 7, 8]);

        Assert.Equal(FrameType.Ping, frame.Type);
        Assert.Equal(new Ping(0x0102030405060708), Ping.Read(Body(frame)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(16_384)]
    public void The_length_of_the_body_may_take_any_number_of_bytes(int length)
    {
        var body = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        byte[] size = length < 64 ? [(byte)length] : length < 16_384 ? [(byte)(0x40 | length >> 8), (byte)length] : [0x80, (byte)(length >> 16), (byte)(length >> 8), (byte)length];

        Assert.Equal(body, Body(new RawFrame([(byte)FrameType.Leaf, .. size, .. body])));
    }

    [Fact]
    public void An_incomplete_frame_is_a_mistake_of_the_caller() => Assert.Throws<ArgumentException>(() => Body(new RawFrame([(byte)FrameType.Ping, 8, 1])));

    private static byte[] Body(RawFrame frame)
    {
        var buffer = new ArrayBufferWriter<byte>();
        frame.Write(new BodyWriter(buffer));
        return buffer.WrittenSpan.ToArray();
    }
}
