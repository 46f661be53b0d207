using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

/// <summary>One run of an honest broadcaster, remembered whole: what was said and what is true.</summary>
internal sealed class HonestStream
{
    public static readonly TrackKey Track = new(new StreamId(1), 480);
    private readonly WindowBuilder _builder;

    public HonestStream(ulong run = 1_000, PrivateKey? key = null, int initSeed = 1)
    {
        Run = run;
        Init = Known.Bytes(initSeed, 600);
        _builder = new WindowBuilder(Track, run, Known.Domains.StreamKeys, key ?? Known.SigningKey);
        _builder.SetInit(Init);
    }

    public ulong Run { get; }

    public byte[] Init { get; private set; }

    public List<HonestWindow> Windows { get; } = [];

    public HonestWindow this[int index] => Windows[index];

    /// <summary>Adds a window of parts with these sizes; numbers before it are skipped.</summary>
    public HonestWindow Add(int[] sizes, int skip = 0, bool closes = true)
    {
        for (var i = 0; i <= skip; i++)
        {
            _builder.OpenWindow();
        }

        var prev = _builder.Prev;
        var parts = new List<(SignedPart Signed, byte[] Bytes)>();
        for (var i = 0; i < sizes.Length; i++)
        {
            var bytes = Known.Bytes((int)(Run + (_builder.Window * 7) + (uint)i), sizes[i]);
            parts.Add((_builder.AddPart(bytes, Run + (_builder.Window * 2_000) + (ulong)i, i == 0 ? PartFlags.StartsWithIdr : PartFlags.None), bytes));
        }

        var window = new HonestWindow(this, Init, _builder.Window, prev, parts, closes ? _builder.CloseWindow(Run + (_builder.Window * 2_000) + 1_999) : null);
        Windows.Add(window);
        return window;
    }

    public void ChangeInit(int seed)
    {
        Init = Known.Bytes(seed, 500);
        _builder.SetInit(Init);
    }

    public static WindowVerifier Verifier() => new(Track, Known.Domains.StreamKeys, new Delegated(Known.SigningKey.Address));

    /// <summary>Delegates one key for all time from 0.</summary>
    public sealed class Delegated(Address key, ulong fromMs = 0) : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address candidate, ulong timeMs) => stream == Track.Stream && candidate == key && timeMs >= fromMs;
    }
}

/// <summary>One window of it, and the messages by which an honest sender tells it.</summary>
internal sealed record HonestWindow(
    HonestStream Stream, byte[] InitBytes, uint Number, Hash32 Prev, List<(SignedPart Signed, byte[] Bytes)> Parts, SignedHead? Last)
{
    public Said Init => new InitSaid(Stream.Run, InitBytes);

    public Said Open => new WindowSaid(Number, Prev);

    public Said Closing => Head(Last!);

    public Said Node(int part)
    {
        var node = Parts[part].Signed.Node;
        return new NodeSaid(Number, node.Index, node.Time, node.Flags, node.ByteLength, Parts[part].Signed.Leaves);
    }

    public Said Head(int part) => Head(Parts[part].Signed.Head);

    public Said Head(SignedHead head) => new HeadSaid(Number, head.Head.Count, head.Head.Time, head.Head.Flags, head.Signature);

    public Said Leaf(int part, int leaf) => new LeafSaid(
        Number, (ushort)part, (byte)leaf,
        Parts[part].Bytes.AsSpan(leaf * WindowLimits.LeafBytes, WindowLimits.LeafLength(Parts[part].Bytes.Length, leaf)).ToArray());

    public IEnumerable<Said> Leaves(int part) => Enumerable.Range(0, Parts[part].Signed.Leaves.Length).Select(leaf => Leaf(part, leaf));

    /// <summary>As it happens: each part with its head, then its leaves.</summary>
    public IEnumerable<Said> Live()
    {
        yield return Init;
        yield return Open;
        for (var part = 0; part < Parts.Count; part++)
        {
            yield return Node(part);
            yield return Head(part);
            foreach (var leaf in Leaves(part))
            {
                yield return leaf;
            }
        }

        if (Last is not null)
        {
            yield return Closing;
        }
    }

    /// <summary>From the cache: all nodes, the newest head, the leaves of the parts from one on.</summary>
    public IEnumerable<Said> Burst(int parts, int leavesFrom = 0) =>
    [
        Init, Open, .. Enumerable.Range(0, parts).Select(Node), Head(parts - 1), .. Enumerable.Range(leavesFrom, parts - leavesFrom).SelectMany(Leaves),
    ];

    public void IsHeldBy(VerifiedWindow window)
    {
        Assert.Equal(Number, window.Number);
        Assert.Equal(Stream.Run, window.Run);
        Assert.Equal(Prev, window.Prev);
        Assert.Equal(InitBytes, window.Init.ToArray());
        Assert.Equal(Parts.Count, window.Parts.Count);
        Assert.Equal(Last is not null, window.IsClosed);
        foreach (var ((signed, bytes), part) in Parts.Zip(window.Parts))
        {
            Assert.Equal(signed.Node, part.Node);
            Assert.Equal(signed.Leaves, part.LeafHashes);
            Assert.True(part.IsComplete);
            Assert.Equal(bytes, part.Bytes);
        }
    }
}

/// <summary>One call on a verifier.</summary>
internal abstract record Said
{
    public abstract Verdict To(WindowVerifier verifier);
}

internal sealed record InitSaid(ulong Run, byte[] Bytes) : Said
{
    public override Verdict To(WindowVerifier verifier) => verifier.AcceptInit(Run, Bytes);
}

internal sealed record WindowSaid(uint Window, Hash32 Prev) : Said
{
    public override Verdict To(WindowVerifier verifier) => verifier.OpenWindow(Window, Prev);
}

internal sealed record NodeSaid(uint Window, ushort Part, ulong Time, PartFlags Flags, uint ByteLength, Hash32[] Leaves) : Said
{
    public override Verdict To(WindowVerifier verifier) => verifier.AcceptNode(Window, Part, Time, Flags, ByteLength, Leaves);
}

internal sealed record HeadSaid(uint Window, ushort Count, ulong Time, HeadFlags Flags, Signature Signature) : Said
{
    public override Verdict To(WindowVerifier verifier) => verifier.AcceptHead(Window, Count, Time, Flags, Signature);
}

internal sealed record LeafSaid(uint Window, ushort Part, byte Leaf, byte[] Bytes) : Said
{
    public override Verdict To(WindowVerifier verifier) => verifier.AcceptLeaf(Window, Part, Leaf, Bytes);
}

internal static class SaidExtensions
{
    public static Verdict Say(this WindowVerifier verifier, Said said) => said.To(verifier);

    public static void SayAll(this WindowVerifier verifier, IEnumerable<Said> all, Verdict expected = Verdict.Accepted) =>
        Assert.All(all, said => Assert.Equal(expected, said.To(verifier)));
}
