using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Evidence;

/// <summary>Incidents as a JSON text (spec/evidence.md).</summary>
public static class IncidentFile
{
    private const string CorruptLeafKind = "corruptLeaf";
    private const string CorruptHeadKind = "corruptHead";

    // The path in a tree of at most 256.
    private const int Siblings = 8;

    /// <summary>The file's name: <c>incident-TIME-NODE.json</c>, time in Unix ms.</summary>
    public static string Name(ulong time, Address node) => $"incident-{time}-{node}.json";

    /// <summary>The text of a file, with a line feed at its end.</summary>
    public static string Write(Domains domains, IncidentReport report)
    {
        var file = new JsonObject
        {
            ["kind"] = report is CorruptLeaf ? CorruptLeafKind : CorruptHeadKind,
            ["domain"] = EvidenceJson.Write(domains),
            ["node"] = report.Node.ToString(),
            ["stream"] = report.Head.Track.Stream.ToString(),
            ["run"] = report.Head.Run.ToString(),
            ["track"] = report.Head.Track.Track.ToString(),
            ["window"] = report.Head.Window.ToString(),
        };
        if (report is CorruptLeaf leaf)
        {
            file["part"] = leaf.Part.ToString();
            file["leaf"] = leaf.Leaf.ToString();
            file["offset"] = leaf.Offset.ToString();
            file["expectedLeafHash"] = leaf.ExpectedLeafHash.ToString();
            file["actualLeafHash"] = leaf.ActualLeafHash.ToString();
            file["leafBytes"] = Hex.Encode(leaf.LeafBytes);
        }

        file["head"] = EvidenceJson.Write(report.Head);
        file["headSignature"] = report.HeadSignature.ToString();
        if (report is CorruptLeaf { Proof: var proof })
        {
            file["proof"] = new JsonObject
            {
                ["byteLength"] = proof.Part.ByteLength.ToString(),
                ["time"] = proof.Part.Time.ToString(),
                ["flags"] = ((byte)proof.Part.Flags).ToString(),
                ["leavesRoot"] = proof.Part.LeavesRoot.ToString(),
                ["leafSiblings"] = EvidenceJson.Write(proof.LeafSiblings),
                ["partSiblings"] = EvidenceJson.Write(proof.PartSiblings),
            };
        }

        return EvidenceJson.Format(file);
    }

    /// <summary>
    /// Reads a file. Throws <see cref="EvidenceException"/> for anything else than a whole incident whose place, offset and hash agree with its head and bytes; the
    /// rest is for <see cref="IncidentReport.IsConsistent"/> to say.
    /// </summary>
    public static (Domains Domains, IncidentReport Report) Read(string text) => JsonFields.Parse(text, file =>
    {
        var isLeaf = file.Text("kind") switch
        {
            CorruptLeafKind => true,
            CorruptHeadKind => false,
            _ => throw file.Wrong("kind", $"'{CorruptLeafKind}' or '{CorruptHeadKind}'"),
        };
        ReadOnlySpan<string> common = ["kind", "domain", "node", "stream", "run", "track", "window", "head", "headSignature"];
        ReadOnlySpan<string> ofLeaf = ["part", "leaf", "offset", "expectedLeafHash", "actualLeafHash", "leafBytes", "proof"];
        file.Only(isLeaf ? [.. common, .. ofLeaf] : common);
        var domains = EvidenceJson.ReadDomains(file.Object("domain"));
        var head = EvidenceJson.ReadHead(file.Object("head"));
        if (head.Track != new TrackKey(file.Stream("stream"), file.Number<ushort>("track")) || head.Run != file.Number<ulong>("run") || head.Window != file.Number<uint>("window"))
        {
            throw file.Wrong("head", "a head of the stream, run, track and window of the incident");
        }

        var node = file.Address("node");
        var signature = file.Signature("headSignature");
        return (domains, isLeaf ? ReadLeaf(file, node, head, signature) : (IncidentReport)new CorruptHead(node, head, signature));
    });

    private static CorruptLeaf ReadLeaf(JsonFields file, Address node, in Head head, Signature signature)
    {
        var fields = file.Object("proof");
        fields.Only("byteLength", "time", "flags", "leavesRoot", "leafSiblings", "partSiblings");
        var byteLength = fields.Number<uint>("byteLength");
        if (byteLength is 0 or > WindowLimits.PartBytes)
        {
            throw fields.Wrong("byteLength", $"1 to {WindowLimits.PartBytes}");
        }

        var part = new PartNode(
            file.Number<ushort>("part"), byteLength, fields.Number<ulong>("time"), (PartFlags)fields.Number<byte>("flags"), fields.Hash("leavesRoot"));
        var proof = new LeafProof(part, fields.Hashes("leafSiblings", Siblings), fields.Hashes("partSiblings", Siblings));
        var report = new CorruptLeaf(
            node, head, signature, file.Number<byte>("leaf"), file.Hash("expectedLeafHash"), file.Bytes("leafBytes", WindowLimits.LeafBytes), proof);
        if (file.Number<uint>("offset") != report.Offset)
        {
            throw file.Wrong("offset", $"{report.Offset}, where leaf {report.Leaf} begins,");
        }

        return file.Hash("actualLeafHash") == report.ActualLeafHash
            ? report
            : throw file.Wrong("actualLeafHash", "the hash of leafBytes");
    }
}
