using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

public sealed class FrameTests
{
    // RFC 9000 §A.1 for the sizes in use, and every border.
    [Theory]
    [InlineData(0, "00")]
    [InlineData(37, "25")]
    [InlineData(63, "3f")]
    [InlineData(64, "4040")]
    [InlineData(15_293, "7bbd")]
    [InlineData(16_383, "7fff")]
    [InlineData(16_384, "80004000")]
    [InlineData(494_878_333, "9d7f3e7d")]
    [InlineData((1 << 30) - 1, "bfffffff")]
    public void Varints_are_those_of_QUIC(int value, string hex)
    {
        var buffer = new byte[4];
        var length = Varint.Write(buffer, value);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer, 0, length));
        Assert.Equal(length, Varint.Size(value));
        Assert.Equal(length, Varint.Read(buffer, out var read));
        Assert.Equal(value, read);
        for (var cut = 0; cut < length; cut++)
        {
            Assert.Equal(0, Varint.Read(buffer.AsSpan(0, cut), out _));
        }
    }

    [Theory]
    [InlineData("4025")]
    [InlineData("403f")]
    [InlineData("80000000")]
    [InlineData("80003fff")]
    [InlineData("c2197c5eff14e88c")]
    [InlineData("c0")]
    public void Other_forms_are_refused(string hex) => Assert.Throws<WireException>(() => Varint.Read(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData(-1)]
    [InlineData(1 << 30)]
    public void Values_without_a_form_are_not_written(int value) => Assert.Throws<ArgumentOutOfRangeException>(() => Varint.Write(new byte[8], value));

    [Fact]
    public void Frames_are_found_however_the_bytes_arrive() => Properties.Hold(random =>
    {
        var frames = Enumerable.Range(0, 5).Select(_ => Messages.MakeFrame(random)).ToArray();
        var bytes = frames.SelectMany(f => f).ToArray();
        var found = new List<byte[]>();
        var (start, arrived) = (0, 0);
        while (arrived < bytes.Length)
        {
            arrived = Math.Min(bytes.Length, arrived + random.Next(1, 2_000));
            while (Frame.TryRead(bytes.AsSpan(start, arrived - start), out _, out var header, out var length))
            {
                found.Add(bytes[start..(start + header + length)]);
                start += header + length;
            }
        }

        Assert.Equal(frames, found);
    });

    [Fact]
    public void A_frame_of_an_unknown_type_can_be_skipped()
    {
        Assert.True(Frame.TryRead([0xee, 0x02, 1, 2, 0x04], out var type, out var header, out var length));
        Assert.False(Enum.IsDefined(type));
        Assert.Equal((2, 2), (header, length));
    }

    [Fact]
    public void The_largest_body_is_read_and_a_larger_one_refused_by_its_header()
    {
        var frame = new byte[5 + WireLimits.BodyBytes];
        Assert.Equal(5, Frame.WriteHeader(frame, FrameType.Init, WireLimits.BodyBytes));
        Assert.False(Frame.TryRead(frame.AsSpan(0, frame.Length - 1), out _, out _, out _));
        Assert.True(Frame.TryRead(frame, out _, out _, out _));
        var header = new byte[5];
        Frame.WriteHeader(header, FrameType.Init, WireLimits.BodyBytes + 1);
        Assert.Throws<WireException>(() => Frame.TryRead(header, out _, out _, out _));
    }
}
