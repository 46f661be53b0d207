using System.Text;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

public sealed class MessageTests
{
    public static TheoryData<Type> Types => [.. Messages.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_message_round_trips(Type type) => Properties.Hold(random =>
    {
        var message = Messages.Make(type, random);
        var frame = Messages.Encode(message);
        Assert.True(Frame.TryRead(frame, out var frameType, out var header, out var length));
        Assert.Equal(message.Type, frameType);
        Assert.Equal(frame.Length, header + length);
        var read = Messages.Read(type, frame[header..]);
        Messages.Equal(message, read);
        Assert.Equal(frame, Messages.Encode(read));
        Assert.Equal(frame, Messages.Recoders[frameType](frame.AsSpan(header)));
    });

    [Fact]
    public void Messages_on_the_stack_round_trip() => Properties.Hold(random =>
    {
        var bytes = random.Bytes(random.Next(1, WindowLimits.LeafBytes + 1));
        var leaf = Frame.Encode(new LeafMessage(1, 2, 3, 4, bytes));
        Assert.True(Frame.TryRead(leaf, out _, out var header, out _));
        var readLeaf = LeafMessage.Read(leaf.AsSpan(header));
        Assert.Equal((1, 2u, 3, 4), (readLeaf.Channel, readLeaf.Window, readLeaf.Part, readLeaf.Leaf));
        Assert.Equal(bytes, readLeaf.Bytes);
        Assert.Equal(leaf.Length, header + LeafMessage.PrefixBytes + bytes.Length);

        var init = Frame.Encode(new InitMessage(1, 2, 3, bytes));
        Assert.True(Frame.TryRead(init, out _, out header, out _));
        var readInit = InitMessage.Read(init.AsSpan(header));
        Assert.Equal((1, 2ul, 3), (readInit.Channel, readInit.Run, readInit.Track));
        Assert.Equal(bytes, readInit.Bytes);

        var padding = Frame.Encode(new Padding(1, bytes));
        Assert.True(Frame.TryRead(padding, out _, out header, out _));
        var readPadding = Padding.Read(padding.AsSpan(header));
        Assert.Equal(1, readPadding.Last);
        Assert.Equal(bytes, readPadding.Bytes);

        var block = Frame.Encode(new LaneBlock(1, bytes));
        Assert.True(Frame.TryRead(block, out _, out header, out _));
        var readBlock = LaneBlock.Read(block.AsSpan(header));
        Assert.Equal(1u, readBlock.Block);
        Assert.Equal(bytes, readBlock.Bytes);
        Assert.Equal(block.Length, header + LaneBlock.PrefixBytes + bytes.Length);
    }, 30);

    [Fact]
    public void Every_type_has_one_message()
    {
        Assert.Equal(Enum.GetValues<FrameType>().Order(), Messages.Recoders.Keys.Order());
        var stackTypes = new[] { FrameType.Init, FrameType.Leaf, FrameType.Padding, FrameType.LaneBlock };
        Assert.Equal(
            Enum.GetValues<FrameType>().Except(stackTypes).Order(),
            Messages.Types.Select(t => Messages.Make(t, new Random(1)).Type).Order());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_shorter_or_longer_body_is_refused(Type type)
    {
        var message = Messages.Make(type, new Random(5));
        var frame = Messages.Encode(message);
        Assert.True(Frame.TryRead(frame, out _, out var header, out var length));
        var body = frame[header..];
        var rest = message is PartMessage part ? part.Leaves.Length * Hash32.Size : message is NodeMessage node ? node.Leaves.Length * Hash32.Size : 0;
        for (var cut = 1; cut <= length; cut++)
        {
            if (cut <= rest && cut % Hash32.Size == 0)
            {
                continue;
            }

            var exception = Record.Exception(() => Messages.Recoders[message.Type](body.AsSpan(0, length - cut)));
            Assert.IsType<WireException>(exception);
        }

        Assert.Throws<WireException>(() => Messages.Recoders[message.Type]([.. body, 0]));
    }

    [Fact]
    public void A_long_text_is_cut_after_a_whole_character()
    {
        var body = Frame.Encode(new Goodbye(GoodbyeCode.Idle, new string('a', 1_022) + "🎥"));
        Assert.Equal(new string('a', 1_022), Goodbye.Read(body.AsSpan(3)).Reason);
        body = Frame.Encode(new Goodbye(GoodbyeCode.Idle, new string('日', 1_000_000)));
        Assert.Equal(new string('日', 341), Goodbye.Read(body.AsSpan(3)).Reason);
    }

    [Fact]
    public void A_text_that_is_no_Unicode_becomes_one() => Assert.Equal(
        "a\ufffdb", Goodbye.Read(Frame.Encode(new Goodbye(GoodbyeCode.Idle, "a\ud83db")).AsSpan(2)).Reason);

    [Fact]
    public void A_message_that_fits_no_frame_is_not_encoded() =>
        Assert.Throws<ArgumentException>(() => Frame.Encode(new InitMessage(1, 2, 3, new byte[65_536])));

    [Fact]
    public void Frames_of_the_vectors_read_as_they_were_written()
    {
        foreach (var vector in FrameVectors.File())
        {
            var frame = Hex.Decode(vector!["hex"]!.GetValue<string>());
            Assert.True(Frame.TryRead(frame, out var type, out var header, out _));
            Assert.Equal(vector["type"]!.GetValue<string>(), $"0x{(byte)type:x2}");
            Assert.Equal(frame, Messages.Recoders[type](frame.AsSpan(header)));
        }
    }

    [Fact]
    public void Frames_of_every_type_are_in_the_vectors() => Assert.Equal(
        Enum.GetValues<FrameType>().Select(t => $"0x{(byte)t:x2}").Order(),
        FrameVectors.File().Select(v => v!["type"]!.GetValue<string>()).Distinct().Order());

    public static TheoryData<string, string> InvalidFrames
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var vector in InvalidFrameVectors.File())
            {
                data.Add(vector!["name"]!.GetValue<string>(), vector["hex"]!.GetValue<string>());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(InvalidFrames))]
    public void Invalid_frames_of_the_vectors_are_refused_with_a_sentence(string name, string hex)
    {
        var frame = Hex.Decode(hex);
        var exception = Assert.Throws<WireException>(() =>
        {
            Assert.True(Frame.TryRead(frame, out var type, out var header, out var length), $"{name} is complete.");
            Messages.Recoders[type](frame.AsSpan(header, length));
        });
        Assert.EndsWith(".", exception.Message);
    }
}
