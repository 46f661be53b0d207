using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

public sealed class WindowVerifierPropertyTests
{
    [Fact]
    public void Any_honest_telling_is_accepted() => Properties.Hold(random =>
    {
        var stream = RandomStream(random, 1_000);
        var verifier = HonestStream.Verifier();
        foreach (var window in stream.Windows)
        {
            verifier.SayAll([window.Init, window.Open]);
            var waiting = new List<Said>();
            var told = 0;
            while (told < window.Parts.Count)
            {
                // Some senders are replaced in mid-window.
                if (told > 0 && random.Next(4) == 0)
                {
                    verifier.SayAll([window.Init]);
                    verifier.SayAll([window.Open, .. Enumerable.Range(0, told).Select(window.Node), window.Head(told - 1)], Verdict.Duplicate);
                }

                var upTo = random.Next(told, window.Parts.Count);
                for (; told <= upTo; told++)
                {
                    verifier.SayAll([window.Node(told)]);
                    waiting.AddRange(window.Leaves(told));
                }

                verifier.SayAll([window.Head(upTo)]);
                var leaves = waiting.ToArray();
                random.Shuffle(leaves);
                var now = random.Next(leaves.Length + 1);
                verifier.SayAll(leaves[..now]);
                waiting = [.. leaves[now..]];
            }

            if (random.Next(2) == 0 && window.Last is not null)
            {
                verifier.SayAll([window.Closing, .. waiting]);
            }
            else
            {
                verifier.SayAll([.. waiting, .. window.Last is null ? [] : new[] { window.Closing }]);
            }

            window.IsHeldBy(verifier.Current!);
        }
    }, 60);

    [Fact]
    public void Nothing_unsigned_is_ever_held() => Properties.Hold(random =>
    {
        var (older, newer) = (RandomStream(random, 1_000), RandomStream(random, 2_000));
        var said = older.Windows.Concat(newer.Windows).SelectMany(w => random.Next(2) == 0 || w.Last is null ? w.Live() : w.Burst(w.Parts.Count)).ToList();
        for (var times = random.Next(1, 12); times > 0; times--)
        {
            var at = random.Next(said.Count);
            switch (random.Next(4))
            {
                case 0:
                    said.RemoveAt(at);
                    break;
                case 1:
                    said.Insert(random.Next(said.Count), said[at]);
                    break;
                default:
                    said[at] = Damaged(random, said[at], said);
                    break;
            }
        }

        var verifier = HonestStream.Verifier();
        var seen = new HashSet<VerifiedWindow>(ReferenceEqualityComparer.Instance);
        foreach (var one in said)
        {
            one.To(verifier);
            if (verifier.Current is { } current)
            {
                seen.Add(current);
            }
        }

        Assert.All(seen, window => Honesty.Check(window, older, newer));
    }, 300);

    public static class Honesty
    {
        /// <summary>Whether every head, node and byte of the window is the broadcaster's.</summary>
        internal static void Check(VerifiedWindow window, params HonestStream[] streams)
        {
            if (window.Head is null)
            {
                Assert.Empty(window.Parts);
                return;
            }

            var honest = streams.Single(s => s.Run == window.Run).Windows.Single(w => w.Number == window.Number);
            Assert.Equal(honest.Prev, window.Prev);
            Assert.Equal(honest.InitBytes, window.Init.ToArray());
            Assert.All(window.Heads, head => Assert.Contains(head, honest.Parts.Select(p => p.Signed.Head).Append(honest.Last!)));
            foreach (var part in window.Parts)
            {
                var (signed, bytes) = honest.Parts[part.Node.Index];
                Assert.Equal(signed.Node, part.Node);
                for (var leaf = 0; leaf < part.LeafHashes.Count; leaf++)
                {
                    var expected = part.Has(leaf) ? bytes.AsMemory(leaf * WindowLimits.LeafBytes, WindowLimits.LeafLength(bytes.Length, leaf)).ToArray() : new byte[part.Leaf(leaf).Length];
                    Assert.Equal(expected, part.Leaf(leaf).ToArray());
                }
            }
        }
    }

    internal static HonestStream RandomStream(Random random, ulong run)
    {
        var stream = new HonestStream(run, initSeed: random.Next(256));
        for (var windows = random.Next(1, 4); windows > 0; windows--)
        {
            if (random.Next(4) == 0)
            {
                stream.ChangeInit(random.Next(256));
            }

            stream.Add([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(3) == 0 ? random.Next(1, 50_000) : random.Next(1, 500))], random.Next(3), random.Next(5) != 0);
        }

        return stream;
    }

    private static Said Damaged(Random random, Said said, List<Said> all)
    {
        // Half of the lies take a field from another true message: a replay.
        var other = random.Next(2) == 0 ? all.Where(s => s.GetType() == said.GetType()).ElementAt(random.Next(all.Count(s => s.GetType() == said.GetType()))) : null;
        switch (said, other)
        {
            case (InitSaid a, _):
                return random.Next(2) == 0 ? a with { Run = (ulong)random.NextInt64() } : a with { Bytes = (other as InitSaid)?.Bytes ?? random.Mutate(a.Bytes) };
            case (WindowSaid a, _):
                return random.Next(2) == 0 ? a with { Window = (uint)random.Next(8) } : a with { Prev = (other as WindowSaid)?.Prev ?? Hash32.From(random.Bytes(32)) };
            case (NodeSaid a, _):
                var b = other as NodeSaid;
                return random.Next(5) switch
                {
                    0 => a with { Window = (uint)random.Next(8) },
                    1 => a with { Part = (ushort)random.Next(8) },
                    2 => a with { Leaves = b?.Leaves ?? [.. a.Leaves, Hash32.From(random.Bytes(32))] },
                    3 => a with { ByteLength = b?.ByteLength ?? (uint)random.Next() },
                    _ => a with { Time = b?.Time ?? (ulong)random.Next(), Flags = b?.Flags ?? (PartFlags)random.Next(4) },
                };
            case (HeadSaid a, _):
                var c = other as HeadSaid;
                return random.Next(4) switch
                {
                    0 => a with { Window = (uint)random.Next(8) },
                    1 => a with { Count = (ushort)random.Next(8) },
                    2 => a with { Flags = (HeadFlags)random.Next(4), Time = c?.Time ?? a.Time },
                    _ => a with { Signature = c?.Signature ?? Signature.From(random.Bytes(65)) },
                };
            case (LeafSaid a, _):
                return random.Next(3) switch
                {
                    0 => a with { Window = (uint)random.Next(8), Part = (ushort)random.Next(8) },
                    1 => a with { Leaf = (byte)random.Next(4) },
                    _ => a with { Bytes = (other as LeafSaid)?.Bytes ?? random.Mutate(a.Bytes) },
                };
            default:
                throw new InvalidOperationException();
        }
    }
}
