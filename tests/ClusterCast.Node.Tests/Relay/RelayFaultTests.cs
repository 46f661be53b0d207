using System.Numerics;
using ClusterCast.Node.Relay;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Node.Tests.Relay;

public sealed class RelayFaultTests
{
    private static readonly TrackKey Track = new(new StreamId(1), 480);
    private static readonly SignedHead Head = new(
        new Head(Track, 1, 2, 3, Keccak256.Hash([1]), 4, 5, default, default, 6, HeadFlags.Last), default, default, default);

    private readonly RelayFault _fault = new();

    [Fact]
    public void A_relay_is_honest_until_told_otherwise() => AssertHonest();

    [Fact]
    public void Corrupt_flips_one_bit_of_every_leaf_even_of_the_smallest()
    {
        Assert.True(_fault.Switch("corrupt"));

        foreach (var length in (int[])[1, 2, 1_000, 16_384])
        {
            var leaf = new byte[length];
            Assert.True(_fault.OnLeaf(Track, 0, 0, 0, leaf));
            Assert.Equal(1, leaf.Sum(value => BitOperations.PopCount(value)));
        }

        Assert.Equal(Head.Head.Root, _fault.ServedRoot(Head));
    }

    [Fact]
    public void Stall_sends_nothing_and_changes_nothing()
    {
        Assert.True(_fault.Switch("stall"));

        var leaf = new byte[100];
        Assert.False(_fault.OnLeaf(Track, 0, 0, 0, leaf));
        Assert.DoesNotContain(leaf, value => value != 0);
    }

    [Fact]
    public void Receipt_serves_honestly_and_signs_another_root()
    {
        Assert.True(_fault.Switch("receipt"));

        var leaf = new byte[100];
        Assert.True(_fault.OnLeaf(Track, 0, 0, 0, leaf));
        Assert.DoesNotContain(leaf, value => value != 0);
        Assert.NotEqual(Head.Head.Root, _fault.ServedRoot(Head));
    }

    [Fact]
    public void None_is_honest_again()
    {
        _fault.Switch("corrupt");

        Assert.True(_fault.Switch("none"));

        AssertHonest();
    }

    [Theory]
    [InlineData("")]
    [InlineData("CORRUPT")]
    [InlineData("crash")]
    [InlineData("lie")]
    public void Unknown_faults_change_nothing(string mode)
    {
        Assert.False(_fault.Switch(mode));

        AssertHonest();
    }

    private void AssertHonest()
    {
        var leaf = new byte[100];
        Assert.True(_fault.OnLeaf(Track, 0, 0, 0, leaf));
        Assert.DoesNotContain(leaf, value => value != 0);
        Assert.Equal(Head.Head.Root, _fault.ServedRoot(Head));
    }
}
