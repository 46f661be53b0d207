using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Windows;

/// <summary>A verifier behind the codec, as in a relay: damaged frames end in a verdict or a <see cref="WireException"/>, never in unsigned media.</summary>
public sealed class WindowVerifierFuzzTests
{
    [Fact]
    public void Damaged_frames() => Fuzzing.Run(300, random =>
    {
        var stream = WindowVerifierPropertyTests.RandomStream(random, 1_000);
        var frames = stream.Windows.SelectMany(w => w.Live()).Select(Encode).ToList();
        for (var times = random.Next(1, 9); times > 0; times--)
        {
            var at = random.Next(frames.Count);
            frames[at] = random.Mutate(frames[at]);
        }

        var verifier = HonestStream.Verifier();
        var seen = new HashSet<VerifiedWindow>(ReferenceEqualityComparer.Instance);
        foreach (var frame in frames)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Feed(verifier, frame);
            }
            catch (WireException)
            {
                // This connection would be closed; the next sender goes on.
            }

            // A valid head allocates its parts: here at most 7 of 50,000 bytes.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 450_000 + (4 * frame.Length));
            if (verifier.Current is { } current)
            {
                seen.Add(current);
            }
        }

        Assert.All(seen, window => WindowVerifierPropertyTests.Honesty.Check(window, stream));
    });

    [Fact]
    public void Random_calls() => Fuzzing.Run(300, random =>
    {
        var verifier = HonestStream.Verifier();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var calls = 0; calls < 200; calls++)
        {
            var window = (uint)random.Next(3);
            switch (random.Next(5))
            {
                case 0:
                    verifier.AcceptInit((ulong)random.Next(3), random.Bytes(random.Next(40)));
                    break;
                case 1:
                    verifier.OpenWindow(window, default);
                    break;
                case 2:
                    var bytes = random.Next(4) == 0 ? (uint)random.NextInt64(uint.MaxValue) : (uint)random.Next(40_000);
                    verifier.AcceptNode(window, (ushort)random.Next(4), 1, (PartFlags)random.Next(3), bytes, new Hash32[random.Next(4)]);
                    break;
                case 3:
                    Assert.NotEqual(Verdict.Accepted, verifier.AcceptHead(window, (ushort)random.Next(4), 1, (HeadFlags)random.Next(3), Signature.From(random.Bytes(65))));
                    break;
                default:
                    Assert.NotEqual(Verdict.Accepted, verifier.AcceptLeaf(window, (ushort)random.Next(4), (byte)random.Next(4), random.Bytes(random.Next(40))));
                    break;
            }
        }

        Assert.True(verifier.Current is null or { Parts.Count: 0, Head: null });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    });

    private static byte[] Encode(Said said) => said switch
    {
        InitSaid s => Frame.Encode(new InitMessage(1, s.Run, HonestStream.Track.Track, s.Bytes)),
        WindowSaid s => Frame.Encode(new WindowMessage(1, s.Window, s.Prev)),
        NodeSaid s => Frame.Encode(new NodeMessage(1, s.Window, s.Part, s.Time, s.Flags, s.ByteLength, s.Leaves)),
        HeadSaid s => Frame.Encode(new HeadMessage(1, s.Window, s.Count, s.Time, s.Flags, s.Signature)),
        LeafSaid s => Frame.Encode(new LeafMessage(1, s.Window, s.Part, s.Leaf, s.Bytes)),
        _ => throw new InvalidOperationException(),
    };

    private static void Feed(WindowVerifier verifier, byte[] frame)
    {
        if (!Frame.TryRead(frame, out var type, out var header, out var length))
        {
            return;
        }

        var body = frame.AsSpan(header, length);
        switch (type)
        {
            case FrameType.Init:
                var init = InitMessage.Read(body);
                verifier.AcceptInit(init.Run, init.Bytes.ToArray());
                break;
            case FrameType.Window:
                var window = WindowMessage.Read(body);
                verifier.OpenWindow(window.Window, window.Prev);
                break;
            case FrameType.Node:
                var node = NodeMessage.Read(body);
                verifier.AcceptNode(node.Window, node.Part, node.Time, node.Flags, node.ByteLength, node.Leaves);
                break;
            case FrameType.Part:
                var part = PartMessage.Read(body);
                verifier.AcceptNode(part.Window, part.Part, part.Time, part.Flags, part.ByteLength, part.Leaves);
                verifier.AcceptHead(part.Window, (ushort)(part.Part + 1), part.Time, part.HeadFlags, part.Signature);
                break;
            case FrameType.Head:
                var head = HeadMessage.Read(body);
                verifier.AcceptHead(head.Window, head.Count, head.Time, head.Flags, head.Signature);
                break;
            case FrameType.Leaf:
                var leaf = LeafMessage.Read(body);
                verifier.AcceptLeaf(leaf.Window, leaf.Part, leaf.Leaf, leaf.Bytes);
                break;
        }
    }
}
