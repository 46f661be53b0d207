using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

/// <summary>What a receiver makes of a sender that lies, and that it costs the honest ones nothing.</summary>
public sealed class WindowVerifierLiarTests
{
    private readonly HonestStream _stream = new();
    private readonly WindowVerifier _verifier = HonestStream.Verifier();
    private readonly HonestWindow _window;

    public WindowVerifierLiarTests() => _window = _stream.Add([20_000, 300, 40_000]);

    [Fact]
    public void Nothing_is_taken_before_an_init_segment_and_a_window()
    {
        Assert.All(_window.Live().Skip(1), said => Assert.Equal(Verdict.Malformed, _verifier.Say(said)));
        _verifier.SayAll([_window.Init]);
        Assert.All(_window.Live().Skip(2), said => Assert.Equal(Verdict.Malformed, _verifier.Say(said)));
        Assert.Equal(Verdict.Malformed, _verifier.OpenWindow(0, default));
        Assert.Null(_verifier.Current);
    }

    [Fact]
    public void Init_segments_have_bounds()
    {
        Assert.Equal(Verdict.Malformed, _verifier.AcceptInit(1, default));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptInit(1, new byte[WindowLimits.InitBytes + 1]));
        Assert.Equal(Verdict.Accepted, _verifier.AcceptInit(1, new byte[WindowLimits.InitBytes]));
    }

    [Fact]
    public void A_changed_leaf_is_corrupt_and_not_stored()
    {
        _verifier.SayAll([_window.Init, _window.Open, _window.Node(0), _window.Head(0)]);
        var bytes = ((LeafSaid)_window.Leaf(0, 1)).Bytes;
        bytes[77] ^= 1;
        Assert.Equal(Verdict.Corrupt, _verifier.AcceptLeaf(1, 0, 1, bytes));
        Assert.Equal(Verdict.Corrupt, _verifier.AcceptLeaf(1, 0, 1, bytes[..^1]));
        Assert.Equal(Verdict.Corrupt, _verifier.AcceptLeaf(1, 0, 0, bytes));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptLeaf(1, 0, 1, []));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptLeaf(1, 0, 1, new byte[WindowLimits.LeafBytes + 1]));
        Assert.False(_verifier.Current!.Parts[0].Has(1));
        Assert.All(_verifier.Current.Parts[0].Bytes, b => Assert.Equal(0, b));
        Assert.Equal(Verdict.Accepted, _verifier.Say(_window.Leaf(0, 1)));
    }

    [Fact]
    public void A_leaf_needs_a_signed_part()
    {
        _verifier.SayAll([_window.Init, _window.Open, _window.Node(0)]);
        Assert.Equal(Verdict.Malformed, _verifier.Say(_window.Leaf(0, 0)));
        _verifier.SayAll([_window.Head(0)]);
        Assert.Equal(Verdict.Malformed, _verifier.AcceptLeaf(1, 0, 2, [1]));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptLeaf(1, 1, 0, [1]));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptLeaf(2, 0, 0, [1]));
        Assert.Equal(Verdict.Late, _verifier.AcceptLeaf(0, 0, 0, [1]));
    }

    [Fact]
    public void A_head_of_another_key_is_corrupt_and_reported()
    {
        var forged = new HonestStream(key: Known.NodeKey).Add([20_000, 300]);
        _verifier.SayAll([forged.Init, forged.Open, forged.Node(0)]);
        Assert.Equal(Verdict.Corrupt, _verifier.Say(forged.Head(0)));
        Assert.Equal(forged.Parts[0].Signed.Head.Head, _verifier.RefusedHead);
        Assert.Equal(forged.Parts[0].Signed.Head.Signature, _verifier.RefusedSignature);
        Assert.Null(_verifier.Current);
        _verifier.SayAll(_window.Live());
        _window.IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void A_key_that_is_not_yet_delegated_is_corrupt()
    {
        var time = _window.Parts[1].Signed.Node.Time;
        var verifier = new WindowVerifier(HonestStream.Track, Known.Domains.StreamKeys, new HonestStream.Delegated(Known.SigningKey.Address, time));
        verifier.SayAll([_window.Init, _window.Open, _window.Node(0)]);
        Assert.Equal(Verdict.Corrupt, verifier.Say(_window.Head(0)));
        verifier.SayAll([_window.Init, _window.Open, _window.Node(0), _window.Node(1), _window.Head(1)]);
    }

    [Theory]
    [InlineData("prev")]
    [InlineData("init")]
    [InlineData("run")]
    [InlineData("window")]
    [InlineData("time")]
    [InlineData("head time")]
    [InlineData("head flags")]
    [InlineData("leaf hash")]
    [InlineData("length")]
    public void A_claim_that_the_broadcaster_did_not_sign_fails_with_the_head(string lie)
    {
        var node = (NodeSaid)_window.Node(0);
        var head = (HeadSaid)_window.Head(0);
        var number = lie == "window" ? 2u : 1u;
        _verifier.SayAll(
        [
            new InitSaid(lie == "run" ? 1_001u : 1_000u, lie == "init" ? [1] : _window.InitBytes),
            new WindowSaid(number, lie == "prev" ? Known.Hash("prev") : default),
            node with
            {
                Window = number,
                Time = lie == "time" ? node.Time + 1 : node.Time,
                ByteLength = lie == "length" ? node.ByteLength - 1 : node.ByteLength,
                Leaves = lie == "leaf hash" ? [node.Leaves[1], node.Leaves[0]] : node.Leaves,
            },
        ]);
        Assert.Equal(Verdict.Corrupt, _verifier.Say(head with
        {
            Window = number,
            Time = lie == "head time" ? head.Time + 1 : head.Time,
            Flags = lie == "head flags" ? HeadFlags.Last : head.Flags,
        }));
        Assert.Null(_verifier.Current);
        Assert.Equal(Verdict.Malformed, _verifier.OpenWindow(1, default));
        _verifier.SayAll(_window.Live());
    }

    [Fact]
    public void The_last_head_that_was_seen_must_be_named()
    {
        _verifier.SayAll(_window.Live());
        var next = _stream.Add([300]);
        _verifier.SayAll([next.Init]);
        Assert.Equal(Verdict.Corrupt, _verifier.OpenWindow(2, Known.Hash("another")));
        _window.IsHeldBy(_verifier.Current!);
        _verifier.SayAll(next.Live());
    }

    [Fact]
    public void The_window_that_is_open_cannot_be_opened_otherwise()
    {
        _verifier.SayAll(_window.Live());
        _verifier.SayAll([_window.Init]);
        Assert.Equal(Verdict.Corrupt, _verifier.OpenWindow(1, Known.Hash("another")));
        _verifier.SayAll([new InitSaid(_stream.Run, [1, 2, 3])]);
        Assert.Equal(Verdict.Corrupt, _verifier.Say(_window.Open));
        _window.IsHeldBy(_verifier.Current!);
    }

    [Theory]
    [InlineData(ulong.MaxValue, 1u)]
    [InlineData(1_000ul, uint.MaxValue)]
    [InlineData(2_000ul, 1u)]
    public void An_invented_run_or_window_costs_nothing(ulong run, uint number)
    {
        _verifier.SayAll([_window.Init, _window.Open, _window.Node(0), _window.Head(0), _window.Leaf(0, 0)]);
        var held = _verifier.Current;

        // The liar invents, and falls silent or signs wrongly.
        foreach (var signs in new[] { false, true })
        {
            _verifier.SayAll([new InitSaid(run, [1, 2, 3]), new WindowSaid(number, Known.Hash("prev"))]);
            Assert.NotSame(held, _verifier.Current);
            Assert.Equal(Verdict.Accepted, _verifier.AcceptNode(number, 0, 5, PartFlags.StartsWithIdr, 1, [Known.Hash("leaf")]));
            if (signs)
            {
                Assert.Equal(Verdict.Corrupt, _verifier.AcceptHead(number, 1, 5, HeadFlags.None, Known.NodeKey.Sign(Known.Hash("x"))));
                Assert.Same(held, _verifier.Current);
            }

            Assert.Equal(Verdict.Accepted, _verifier.Say(_window.Init));
            Assert.Equal(Verdict.Duplicate, _verifier.Say(_window.Open));
            Assert.Same(held, _verifier.Current);
        }

        Assert.Equal(Verdict.Duplicate, _verifier.Say(_window.Leaf(0, 0)));
        _verifier.SayAll([_window.Leaf(0, 1), .. _window.Burst(3, leavesFrom: 1).Skip(3), _window.Closing]);
        _window.IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void A_forged_head_in_an_open_window_keeps_what_was_verified()
    {
        _verifier.SayAll([_window.Init, _window.Open, _window.Node(0), _window.Head(0)]);
        Assert.Equal(Verdict.Accepted, _verifier.AcceptNode(1, 1, 5, PartFlags.None, 1, [Known.Hash("leaf")]));
        Assert.Equal(Verdict.Corrupt, _verifier.AcceptHead(1, 2, 5, HeadFlags.None, ((HeadSaid)_window.Head(1)).Signature));
        _verifier.SayAll([.. _window.Leaves(0), _window.Node(1), _window.Head(1), .. _window.Leaves(1), _window.Node(2), _window.Head(2), .. _window.Leaves(2), _window.Closing]);
        _window.IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void Nodes_come_in_order_and_once()
    {
        _verifier.SayAll([_window.Init, _window.Open]);
        Assert.Equal(Verdict.Malformed, _verifier.Say(_window.Node(1)));
        _verifier.SayAll([_window.Node(0), _window.Node(1)]);
        Assert.Equal(Verdict.Duplicate, _verifier.Say(_window.Node(1)));
        var other = (NodeSaid)_window.Node(1) with { Time = 9 };
        Assert.Equal(Verdict.Malformed, _verifier.Say(other));
        Assert.Equal(Verdict.Malformed, _verifier.Say(_window.Head(0)));
        _verifier.SayAll([_window.Head(1)]);
        Assert.Equal(Verdict.Corrupt, _verifier.Say(other));
        Assert.Equal(Verdict.Malformed, _verifier.Say(_window.Head(2)));
        Assert.Equal(Verdict.Duplicate, _verifier.Say(_window.Head(0)));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptHead(1, 0, 5, HeadFlags.None, default));
    }

    [Fact]
    public void Nodes_have_bounds()
    {
        _verifier.SayAll([_window.Init, _window.Open]);
        var leaves = new Hash32[257];
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 0, 5, PartFlags.StartsWithIdr, 0, []));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 0, 5, PartFlags.StartsWithIdr, 1, leaves.AsSpan(0, 2)));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 0, 5, PartFlags.StartsWithIdr, 16_385, leaves.AsSpan(0, 1)));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 0, 5, PartFlags.StartsWithIdr, WindowLimits.PartBytes + 1, leaves));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 0, 5, PartFlags.StartsWithIdr, uint.MaxValue, leaves.AsSpan(0, 256)));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 0, 5, PartFlags.None, 1, leaves.AsSpan(0, 1)));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 0, 5, (PartFlags)3, 1, leaves.AsSpan(0, 1)));
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(2, 0, 5, PartFlags.StartsWithIdr, 1, leaves.AsSpan(0, 1)));
        Assert.Equal(Verdict.Accepted, _verifier.AcceptNode(1, 0, 5, PartFlags.StartsWithIdr, WindowLimits.PartBytes, leaves.AsSpan(0, 256)));
    }

    [Fact]
    public void Unsigned_parts_are_bounded_in_number_and_bytes()
    {
        _verifier.SayAll([_window.Init, _window.Open]);
        for (ushort part = 0; part < 256; part++)
        {
            Assert.Equal(Verdict.Accepted, _verifier.AcceptNode(1, part, 5, part == 0 ? PartFlags.StartsWithIdr : PartFlags.None, 1, [default]));
        }

        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 256, 5, PartFlags.None, 1, [default]));
        _verifier.SayAll([_window.Open]);
        var leaves = new Hash32[256];
        for (ushort part = 0; part < 8; part++)
        {
            Assert.Equal(Verdict.Accepted, _verifier.AcceptNode(1, part, 5, part == 0 ? PartFlags.StartsWithIdr : PartFlags.None, WindowLimits.PartBytes, leaves));
        }

        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 8, 5, PartFlags.None, 1, [default]));
        Assert.Empty(_verifier.Current!.Parts);
    }
}
