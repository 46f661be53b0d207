using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

public sealed class TreeTests
{
    [Fact]
    public void Every_prefix_has_the_root_of_RFC_6962()
    {
        var nodes = Nodes(new Random(1), 300);
        var frontier = default(Frontier);
        for (var count = 1; count <= nodes.Length; count++)
        {
            frontier.Append(nodes[count - 1]);
            Assert.Equal(count, frontier.Count);
            var naive = NaiveTree.Root(nodes[..count]);
            Assert.Equal(naive, frontier.Root());
            Assert.Equal(naive, Frontier.RootOf(nodes.AsSpan(0, count)));
        }
    }

    [Fact]
    public void Every_proof_is_that_of_RFC_6962_and_leads_to_the_root()
    {
        for (var count = 1; count <= 70; count++)
        {
            var nodes = Nodes(new Random(count), count);
            for (var index = 0; index < count; index++)
            {
                var proof = InclusionProof.Create(nodes, index);
                Assert.Equal(NaiveTree.Path(index, nodes), proof);
                Assert.True(InclusionProof.TryRoot(nodes[index], index, count, proof, out var root));
                Assert.Equal(NaiveTree.Root(nodes), root);
            }
        }
    }

    [Fact]
    public void A_changed_proof_does_not_lead_to_the_root() => Properties.Hold(random =>
    {
        var nodes = Nodes(random, random.Next(1, 257));
        var index = random.Next(nodes.Length);
        var proof = InclusionProof.Create(nodes, index).ToList();
        var root = Frontier.RootOf(nodes);
        var (node, at, count) = (nodes[index], index, nodes.Length);
        switch (random.Next(5))
        {
            case 0:
                node = Changed(random, node);
                break;
            case 1 when proof.Count > 0:
                var changed = random.Next(proof.Count);
                proof[changed] = Changed(random, proof[changed]);
                break;
            case 2 when proof.Count > 0:
                proof.RemoveAt(random.Next(proof.Count));
                break;
            case 3:
                at ^= 1 << random.Next(9);
                break;
            default:
                proof.Insert(random.Next(proof.Count + 1), Hash32.From(random.Bytes(32)));
                break;
        }

        Assert.False(InclusionProof.TryRoot(node, at, count, proof.ToArray(), out var other) && other == root);
    }, 500);

    [Fact]
    public void Places_outside_the_tree_are_refused()
    {
        var nodes = Nodes(new Random(1), 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => InclusionProof.Create(nodes, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => InclusionProof.Create(nodes, -1));
        Assert.False(InclusionProof.TryRoot(nodes[0], 4, 4, [], out _));
        Assert.False(InclusionProof.TryRoot(nodes[0], -1, 4, [], out _));
        Assert.False(InclusionProof.TryRoot(nodes[0], 0, 0, [], out _));
        Assert.Throws<InvalidOperationException>(() => Frontier.RootOf([]));
        Assert.Throws<InvalidOperationException>(() => default(Frontier).Root());
    }

    [Fact]
    public void A_clone_grows_on_its_own()
    {
        var nodes = Nodes(new Random(2), 9);
        var frontier = default(Frontier);
        foreach (var node in nodes[..5])
        {
            frontier.Append(node);
        }

        var clone = frontier.Clone();
        foreach (var node in nodes[5..])
        {
            clone.Append(node);
        }

        Assert.Equal(NaiveTree.Root(nodes[..5]), frontier.Root());
        Assert.Equal(NaiveTree.Root(nodes), clone.Root());
    }

    [Fact]
    public void A_full_tree_takes_no_more()
    {
        var frontier = default(Frontier);
        for (var i = 0; i < 65_535; i++)
        {
            frontier.Append(default);
        }

        frontier.Root();
        Assert.Throws<InvalidOperationException>(() => frontier.Append(default));
    }

    private static Hash32[] Nodes(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Hash32.From(random.Bytes(32)))];

    private static Hash32 Changed(Random random, Hash32 hash)
    {
        var bytes = hash.Span.ToArray();
        bytes[random.Next(32)] ^= (byte)(1 << random.Next(8));
        return Hash32.From(bytes);
    }
}
