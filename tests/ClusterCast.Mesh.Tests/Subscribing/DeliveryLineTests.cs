using ClusterCast.Mesh.Subscribing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Tests.Subscribing;

/// <summary>In what order parts are given out when some are missing.</summary>
public sealed class DeliveryLineTests
{
    private readonly List<(uint Window, int Part)> _given = [];
    private readonly DeliveryLine _line;

    public DeliveryLineTests() => _line = new DeliveryLine((window, part) => _given.Add((window.Number, part.Node.Index)));

    [Fact]
    public void Whole_windows_follow_each_other()
    {
        _line.Open(Window(1));
        _line.Open(Window(2));
        Assert.Equal([(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)], _given);
        Assert.Null(_line.Missing);
        Assert.Equal((6, 0), (_line.Delivered, _line.Lost));
    }

    [Fact]
    public void A_window_with_a_hole_holds_up_the_next_until_it_is_repaired()
    {
        _line.Open(Window(1, missing: [1]));
        _line.Open(Window(2));
        Assert.Equal([(1, 0)], _given);
        Assert.Equal(new Hole(1, 1, 1, 0, Blocks: true), _line.Missing);

        Assert.Equal(0, _line.Repair(Window(2)));
        Assert.Equal(2, _line.Repair(Window(1)));
        Assert.Equal([(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)], _given);
        Assert.Equal(0, _line.Lost);
    }

    [Fact]
    public void A_repair_that_brings_a_part_of_it_leaves_the_rest_missing()
    {
        _line.Open(Window(1, missing: [0, 2]));
        _line.Open(Window(2));
        Assert.Equal(2, _line.Repair(Window(1, missing: [2])));
        Assert.Equal(new Hole(1, 1, 2, 0, Blocks: true), _line.Missing);
        _line.GiveUp();
        Assert.Equal([(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)], _given);
        Assert.Equal((1, 1), (_line.Lost, _line.LeavesLost));
    }

    [Fact]
    public void What_no_head_announced_counts_as_much_as_the_window_before()
    {
        _line.Open(Window(1));
        _line.Open(Window(2));
        _line.Open(Window(5));
        _line.GiveUp();
        Assert.Equal((0, 6), (_line.Lost, _line.LeavesLost));

        _line.Open(Window(6, parts: 1, missing: [0], isClosed: false));
        _line.Open(Window(7));
        _line.GiveUp();
        Assert.Equal((1, 9), (_line.Lost, _line.LeavesLost));
        Assert.Equal([(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2), (5, 0), (5, 1), (5, 2), (7, 0), (7, 1), (7, 2)], _given);
    }

    [Fact]
    public void A_window_that_was_never_closed_may_go_on()
    {
        _line.Open(Window(1, parts: 2, isClosed: false));
        _line.Open(Window(2));
        Assert.Equal(new Hole(1, 1, 2, 0, Blocks: true), _line.Missing);
        Assert.Equal(1, _line.Repair(Window(1)));
        Assert.Equal([(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)], _given);
    }

    [Fact]
    public void A_window_of_which_only_the_last_head_is_missing_is_closed_by_a_repair()
    {
        _line.Open(Window(1, isClosed: false));
        _line.Open(Window(2));
        Assert.Equal(0, _line.Repair(Window(1)));
        Assert.Equal(6, _line.Delivered);
        Assert.Null(_line.Missing);
    }

    [Fact]
    public void A_window_that_never_came_is_asked_for()
    {
        _line.Open(Window(1));
        _line.Open(Window(3));
        Assert.Equal(new Hole(1, 2, 0, 0, Blocks: true), _line.Missing);
        Assert.Equal(3, _line.Repair(Window(2)));
        Assert.Equal(9, _given.Count);
        Assert.Equal(3U, _given[^1].Window);
    }

    [Fact]
    public void At_most_three_windows_wait()
    {
        _line.Open(Window(1, missing: [0]));
        _line.Open(Window(2));
        _line.Open(Window(3));
        Assert.Empty(_given);
        _line.Open(Window(4));
        Assert.Equal(9, _given.Count);
        Assert.Equal(3, _line.Lost);
    }

    [Fact]
    public void Another_run_waits_for_nothing()
    {
        _line.Open(Window(7, missing: [1]));
        _line.Open(Window(1, run: 2));
        Assert.Equal([(7, 0), (1, 0), (1, 1), (1, 2)], _given);
        Assert.Equal(2, _line.Lost);
    }

    [Fact]
    public void A_hole_in_the_open_window_is_missing_but_blocks_no_other()
    {
        _line.Open(Window(1, missing: [0, 1], isClosed: false));
        Assert.Equal(new Hole(1, 1, 0, 2, Blocks: false), _line.Missing);
        _line.GiveUp();
        Assert.Empty(_given);
    }

    private static VerifiedWindow Window(uint number, int parts = 3, int[]? missing = null, bool isClosed = true, ulong run = 1)
    {
        var builder = new WindowBuilder(MeshWorld.Track, run, MeshWorld.Domains.StreamKeys, MeshWorld.Key(99));
        var verifier = new WindowVerifier(MeshWorld.Track, MeshWorld.Domains.StreamKeys, new OneKey(MeshWorld.Key(99).Address));
        builder.SetInit("init"u8);
        for (uint before = 1; before < number; before++)
        {
            builder.OpenWindow();
            builder.AddPart("before"u8, 1, PartFlags.StartsWithIdr);
            builder.CloseWindow(1);
        }

        builder.OpenWindow();
        verifier.AcceptInit(run, "init"u8.ToArray());
        Assert.Equal(Verdict.Accepted, verifier.OpenWindow(number, builder.Prev));
        for (ushort index = 0; index < parts; index++)
        {
            byte[] bytes = [(byte)number, (byte)index];
            var part = builder.AddPart(bytes, 100UL * index, index == 0 ? PartFlags.StartsWithIdr : PartFlags.None);
            verifier.AcceptNode(number, index, part.Node.Time, part.Node.Flags, part.Node.ByteLength, part.Leaves);
            Assert.Equal(Verdict.Accepted, verifier.AcceptHead(number, (ushort)(index + 1), part.Head.Head.Time, part.Head.Head.Flags, part.Head.Signature));
            if (missing?.Contains(index) != true)
            {
                Assert.Equal(Verdict.Accepted, verifier.AcceptLeaf(number, index, 0, bytes));
            }
        }

        if (isClosed)
        {
            var last = builder.CloseWindow(500);
            Assert.Equal(Verdict.Accepted, verifier.AcceptHead(number, (ushort)parts, last.Head.Time, last.Head.Flags, last.Signature));
        }

        return verifier.Current!;
    }
}
