using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

/// <summary>What a receiver makes of an honest sender.</summary>
public sealed class WindowVerifierTests
{
    private readonly HonestStream _stream = new();
    private readonly WindowVerifier _verifier = HonestStream.Verifier();

    [Fact]
    public void Windows_are_taken_as_they_happen()
    {
        _stream.Add([20_000, 1, 16_384]);
        _stream.Add([16_385, 70_000]);
        foreach (var window in _stream.Windows)
        {
            _verifier.SayAll(window.Live());
            window.IsHeldBy(_verifier.Current!);
            Assert.Equal(window.Last, _verifier.Current!.Head);
            Assert.Equal([.. window.Parts.Select(p => p.Signed.Head), window.Last!], _verifier.Current.Heads);
        }

        Assert.Null(_verifier.RefusedHead);
    }

    [Fact]
    public void A_burst_needs_the_newest_head_only()
    {
        var window = _stream.Add([20_000, 300, 300, 40_000]);
        _verifier.SayAll(window.Burst(4));
        _verifier.SayAll([window.Closing]);
        window.IsHeldBy(_verifier.Current!);
        Assert.Equal(2, _verifier.Current!.Heads.Count);
    }

    [Fact]
    public void A_part_can_close_its_window()
    {
        var window = _stream.Add([20_000, 300]);
        _verifier.SayAll([window.Init, window.Open, window.Node(0), window.Node(1), window.Closing]);
        Assert.True(_verifier.Current!.IsClosed);
        Assert.Equal(2, _verifier.Current.Parts.Count);
    }

    [Fact]
    public void A_last_head_may_repeat_the_head_before_it_once()
    {
        var window = _stream.Add([20_000]);
        _verifier.SayAll(window.Live());
        Assert.Equal(Verdict.Duplicate, _verifier.Say(window.Closing));
        Assert.Equal(Verdict.Duplicate, _verifier.Say(window.Head(0)));
        Assert.Equal(2, _verifier.Current!.Heads.Count);
    }

    [Fact]
    public void Nothing_follows_a_last_head()
    {
        var window = _stream.Add([20_000]);
        _verifier.SayAll(window.Live());
        Assert.Equal(Verdict.Malformed, _verifier.AcceptNode(1, 1, 5, PartFlags.None, 1, [Known.Hash("leaf")]));
    }

    [Fact]
    public void Another_sender_may_open_the_window_again()
    {
        var window = _stream.Add([20_000, 300, 40_000]);
        _verifier.SayAll([window.Init, window.Open, window.Node(0), window.Head(0), window.Leaf(0, 1)]);
        var held = _verifier.Current;

        Assert.Equal(Verdict.Accepted, _verifier.Say(window.Init));
        Assert.Equal(Verdict.Duplicate, _verifier.Say(window.Open));
        Assert.Same(held, _verifier.Current);
        Assert.Equal(Verdict.Duplicate, _verifier.Say(window.Node(0)));
        _verifier.SayAll([window.Node(1), window.Node(2), window.Head(2), window.Leaf(0, 0), window.Leaf(1, 0), .. window.Leaves(2), window.Closing]);
        Assert.Equal(Verdict.Duplicate, _verifier.Say(window.Leaf(0, 1)));
        window.IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void What_a_sender_left_without_a_head_is_forgotten()
    {
        var window = _stream.Add([20_000, 300, 300]);
        _verifier.SayAll([window.Init, window.Open, window.Node(0), window.Head(0)]);
        Assert.Equal(Verdict.Accepted, _verifier.AcceptNode(1, 1, 5, PartFlags.None, 1, [Known.Hash("made up")]));

        _verifier.SayAll([window.Init]);
        Assert.Equal(Verdict.Duplicate, _verifier.Say(window.Open));
        _verifier.SayAll([window.Node(1), window.Head(1)]);
        Assert.Equal(2, _verifier.Current!.Parts.Count);
    }

    [Fact]
    public void Numbers_may_skip_but_not_go_back()
    {
        _stream.Add([300]);
        _stream.Add([300], skip: 3);
        _stream.Add([300], closes: false);
        _stream.Add([300]);
        foreach (var window in _stream.Windows)
        {
            _verifier.SayAll(window.Live());
        }

        Assert.Equal([1u, 5u, 6u, 7u], _stream.Windows.Select(w => w.Number));
        Assert.Equal(_stream[1].Last!.Digest, _verifier.Current!.Prev);
        Assert.Equal(Verdict.Late, _verifier.Say(_stream[1].Open));
        Assert.All(_stream[1].Live().Skip(2), said => Assert.Equal(Verdict.Late, _verifier.Say(said)));
        _stream[3].IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void A_last_head_that_was_not_seen_may_be_named()
    {
        _stream.Add([300]);
        _stream.Add([300]);
        _stream.Add([300]);
        _verifier.SayAll(_stream[0].Live());
        _verifier.SayAll(_stream[2].Live());
        Assert.Equal(_stream[1].Last!.Digest, _verifier.Current!.Prev);
    }

    [Fact]
    public void The_init_segment_may_change_between_windows()
    {
        var first = _stream.Add([300]);
        _stream.ChangeInit(9);
        var second = _stream.Add([300]);
        _verifier.SayAll(first.Live());
        _verifier.SayAll([second.Init]);

        // The open window keeps its own.
        Assert.Equal(first.InitBytes, _verifier.Current!.Init.ToArray());
        _verifier.SayAll(second.Live());
        second.IsHeldBy(_verifier.Current);
    }

    [Fact]
    public void A_newer_run_replaces_an_older_one()
    {
        var newer = new HonestStream(run: 2_000);
        _stream.Add([300], skip: 9);
        newer.Add([400]);
        _verifier.SayAll(_stream[0].Live());
        _verifier.SayAll(newer[0].Live());
        newer[0].IsHeldBy(_verifier.Current!);
        Assert.All(_stream[0].Live(), said => Assert.Equal(Verdict.Late, _verifier.Say(said)));

        // The next honest sender is heard again.
        newer.Add([500]);
        _verifier.SayAll(newer[1].Live());
        newer[1].IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void A_window_holds_256_parts()
    {
        var window = _stream.Add([.. Enumerable.Repeat(1, 256)]);
        _verifier.SayAll(window.Live());
        window.IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void A_window_holds_32_MiB()
    {
        var window = _stream.Add([.. Enumerable.Repeat(WindowLimits.PartBytes, 8)]);
        _verifier.SayAll(window.Live());
        window.IsHeldBy(_verifier.Current!);
    }

    [Fact]
    public void A_leaf_is_verified_and_stored_without_allocating()
    {
        var window = _stream.Add([20_000, 40 * WindowLimits.LeafBytes]);
        _verifier.SayAll(window.Burst(2).TakeWhile(s => s is not LeafSaid));
        var leaves = window.Leaves(1).Cast<LeafSaid>().ToArray();
        Assert.Equal(Verdict.Accepted, leaves[0].To(_verifier));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var accepted = 0;
        for (var i = 1; i < leaves.Length; i++)
        {
            accepted += _verifier.AcceptLeaf(1, 1, (byte)i, leaves[i].Bytes) == Verdict.Accepted ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(39, accepted);
    }
}
