using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Two windows of a run with every hash on the way, inclusion proofs, and the roots of small trees.</summary>
internal static class WindowVectors
{
    private static readonly TrackKey Track = new(new StreamId(1), 480);
    private const ulong Run = 1_767_225_600_000;

    public static JsonObject File()
    {
        var builder = new WindowBuilder(Track, Run, Known.Domains.StreamKeys, Known.SigningKey);
        var init = Known.Bytes(200, 700);
        builder.SetInit(init);
        var windows = new JsonArray();
        var proofs = new JsonArray();
        windows.Add((JsonNode)Window(builder, 1, [1, 16_384, 16_385, 40_000, 65_536], proofs));

        // Window 2 was never closed: numbers may skip, prev names the last head of window 1.
        builder.OpenWindow();
        windows.Add((JsonNode)Window(builder, 3, [20_000, 300], proofs));
        return new JsonObject
        {
            ["signingKey"] = Hex.Encode(Known.SigningKey.Export()),
            ["signer"] = Known.SigningKey.Address.ToString(),
            ["domain"] = "streamKeys",
            ["stream"] = Track.Stream.ToString(),
            ["run"] = Run.ToString(),
            ["track"] = Track.Track.ToString(),
            ["init"] = Input(200, 700),
            ["initHash"] = TreeHash.Init(init).ToString(),
            ["windows"] = windows,
            ["proofs"] = proofs,
            ["trees"] = Trees(),
        };
    }

    private static JsonObject Window(WindowBuilder builder, uint number, int[] sizes, JsonArray proofs)
    {
        builder.OpenWindow();
        Assert.Equal(number, builder.Window);
        var prev = builder.Prev;
        var parts = new JsonArray();
        var signed = new List<SignedPart>();
        for (var i = 0; i < sizes.Length; i++)
        {
            var seed = (int)(number * 10) + i;
            var time = Run + (number * 2_000) + ((ulong)i * 100);
            var part = builder.AddPart(Known.Bytes(seed, sizes[i]), time, i == 0 ? PartFlags.StartsWithIdr : PartFlags.None);
            signed.Add(part);
            parts.Add((JsonNode)new JsonObject
            {
                ["index"] = i.ToString(),
                ["bytes"] = Input(seed, sizes[i]),
                ["byteLength"] = part.Node.ByteLength.ToString(),
                ["leafCount"] = part.Node.LeafCount.ToString(),
                ["time"] = time.ToString(),
                ["flags"] = ((byte)part.Node.Flags).ToString(),
                ["leaves"] = Hashes(part.Leaves),
                ["leavesRoot"] = part.Node.LeavesRoot.ToString(),
                ["node"] = TreeHash.Part(part.Node).ToString(),
                ["root"] = part.Head.Head.Root.ToString(),
                ["head"] = Json(part.Head),
            });
        }

        var last = builder.CloseWindow(Run + (number * 2_000) + 2_000);
        var nodes = signed.Select(p => TreeHash.Part(p.Node)).ToArray();
        foreach (var part in signed)
        {
            for (var leaf = 0; leaf < part.Leaves.Length; leaf++)
            {
                proofs.Add((JsonNode)new JsonObject
                {
                    ["window"] = number.ToString(),
                    ["part"] = part.Node.Index.ToString(),
                    ["leaf"] = leaf.ToString(),
                    ["leafHash"] = part.Leaves[leaf].ToString(),
                    ["leafCount"] = part.Leaves.Length.ToString(),
                    ["leafSiblings"] = Hashes(InclusionProof.Create(part.Leaves, leaf)),
                    ["leavesRoot"] = part.Node.LeavesRoot.ToString(),
                    ["node"] = nodes[part.Node.Index].ToString(),
                    ["count"] = nodes.Length.ToString(),
                    ["partSiblings"] = Hashes(InclusionProof.Create(nodes, part.Node.Index)),
                    ["root"] = last.Head.Root.ToString(),
                });
            }
        }

        return new JsonObject { ["window"] = number.ToString(), ["prev"] = prev.ToString(), ["parts"] = parts, ["last"] = Json(last) };
    }

    private static JsonArray Trees()
    {
        var trees = new JsonArray();
        for (var count = 1; count <= 9; count++)
        {
            var nodes = Enumerable.Range(0, count).Select(i => Hash32.From(SHA256.HashData([(byte)i]))).ToArray();
            trees.Add((JsonNode)new JsonObject
            {
                ["nodes"] = Hashes(nodes),
                ["root"] = Frontier.RootOf(nodes).ToString(),
                ["proofs"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => Hashes(InclusionProof.Create(nodes, i)))]),
            });
        }

        return trees;
    }

    private static JsonObject Json(SignedHead head) => new()
    {
        ["message"] = SigningVectors.Json(head.Head),
        ["structHash"] = head.Head.StructHash().ToString(),
        ["digest"] = head.Digest.ToString(),
        ["signature"] = head.Signature.ToString(),
    };

    private static JsonObject Input(int seed, int length) => new() { ["seed"] = seed, ["length"] = length };

    private static JsonArray Hashes(IEnumerable<Hash32> hashes) => new([.. hashes.Select(h => (JsonNode)h.ToString())]);
}
