using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

public sealed class WindowBuilderTests
{
    private readonly WindowBuilder _builder = new(HonestStream.Track, 1, Known.Domains.StreamKeys, Known.SigningKey);

    [Fact]
    public void A_window_needs_an_init_segment()
    {
        Assert.Throws<InvalidOperationException>(_builder.OpenWindow);
        Assert.Throws<ArgumentException>(() => _builder.SetInit([]));
        Assert.Throws<ArgumentException>(() => _builder.SetInit(new byte[WindowLimits.InitBytes + 1]));
        _builder.SetInit(new byte[WindowLimits.InitBytes]);
        _builder.OpenWindow();
        Assert.Equal(1u, _builder.Window);
    }

    [Fact]
    public void Parts_need_an_open_window_and_have_bounds()
    {
        Assert.Throws<InvalidOperationException>(() => _builder.AddPart([1], 1, PartFlags.StartsWithIdr));
        Open();
        Assert.Throws<ArgumentException>(() => _builder.AddPart([], 1, PartFlags.StartsWithIdr));
        Assert.Throws<ArgumentException>(() => _builder.AddPart(new byte[WindowLimits.PartBytes + 1], 1, PartFlags.StartsWithIdr));
        Assert.Throws<ArgumentException>(() => _builder.AddPart([1], 1, PartFlags.None));
        Assert.Equal(0, _builder.Count);
        Assert.Equal(256, _builder.AddPart(new byte[WindowLimits.PartBytes], 1, PartFlags.StartsWithIdr).Leaves.Length);
    }

    [Fact]
    public void A_full_window_takes_no_more()
    {
        Open();
        for (var i = 0; i < 256; i++)
        {
            _builder.AddPart([1], 1, i == 0 ? PartFlags.StartsWithIdr : PartFlags.None);
        }

        Assert.Throws<InvalidOperationException>(() => _builder.AddPart([1], 1, PartFlags.None));
        _builder.OpenWindow();
        for (var i = 0; i < 8; i++)
        {
            _builder.AddPart(new byte[WindowLimits.PartBytes], 1, i == 0 ? PartFlags.StartsWithIdr : PartFlags.None);
        }

        Assert.Throws<InvalidOperationException>(() => _builder.AddPart([1], 1, PartFlags.None));
    }

    [Fact]
    public void A_closed_window_stays_closed()
    {
        Open();
        Assert.Throws<InvalidOperationException>(() => _builder.CloseWindow(1));
        _builder.AddPart([1], 1, PartFlags.StartsWithIdr);
        var last = _builder.CloseWindow(2);
        Assert.Equal(last.Digest, _builder.Prev);
        Assert.Throws<InvalidOperationException>(() => _builder.CloseWindow(3));
        Assert.Throws<InvalidOperationException>(() => _builder.AddPart([1], 4, PartFlags.None));
    }

    [Fact]
    public void A_new_init_segment_counts_from_the_next_window_on()
    {
        Open();
        var before = _builder.AddPart([1], 1, PartFlags.StartsWithIdr).Head.Head.InitHash;
        _builder.SetInit([2]);
        Assert.Equal(before, _builder.AddPart([1], 2, PartFlags.None).Head.Head.InitHash);
        Assert.Equal(before, _builder.CloseWindow(3).Head.InitHash);
        _builder.OpenWindow();
        Assert.Equal(TreeHash.Init([2]), _builder.AddPart([1], 4, PartFlags.StartsWithIdr).Head.Head.InitHash);
    }

    [Fact]
    public void Heads_are_signed_over_what_they_say()
    {
        Open();
        var part = _builder.AddPart(Known.Bytes(1, 20_000), 77, PartFlags.StartsWithIdr);
        Assert.Equal(
            new Head(HonestStream.Track, 1, 1, 1, TreeHash.Part(part.Node), 20_000, 2, default, TreeHash.Init([1]), 77, HeadFlags.None), part.Head.Head);
        Assert.Equal(part.Head.Head.Digest(Known.Domains.StreamKeys), part.Head.Digest);
        Assert.True(Secp256k1.TryRecover(part.Head.Digest, part.Head.Signature, out var signer));
        Assert.Equal(part.Head.Signer, signer);
    }

    private void Open()
    {
        _builder.SetInit([1]);
        _builder.OpenWindow();
    }
}
