using System.Globalization;
using System.Text.Json.Nodes;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Scoring;

/// <summary>Keeps an incident as <c>incident-&lt;time&gt;-&lt;node&gt;.json</c> (spec/evidence.md). Integers are decimal strings.</summary>
public static class IncidentFile
{
    /// <summary>Writes the file and returns its path. Throws <see cref="MeshException"/>.</summary>
    public static string Write(string directory, Incident incident)
    {
        var path = Path.Combine(directory, $"incident-{incident.Time}-{incident.Node}.json");
        AtomicFile.Write(path, ToJson(incident).ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }));
        return path;
    }

    /// <summary>The file's content.</summary>
    public static JsonObject ToJson(Incident incident) => new()
    {
        ["kind"] = incident.Kind.ToString().ToLowerInvariant(),
        ["node"] = incident.Node.ToString(),
        ["stream"] = incident.Track.Stream.ToString(),
        ["run"] = Number(incident.Run),
        ["track"] = Number(incident.Track.Track),
        ["window"] = Number(incident.Window),
        ["part"] = incident.Part is { } part ? Number(part) : null,
        ["leaf"] = incident.Leaf is { } leaf ? Number((ulong)leaf) : null,
        ["offset"] = incident.Offset is { } offset ? Number(offset) : null,
        ["expectedLeafHash"] = incident.ExpectedLeafHash?.ToString(),
        ["actualLeafHash"] = incident.ActualLeafHash?.ToString(),
        ["leafBytes"] = incident.LeafBytes is { } bytes ? Hex.Encode(bytes.Span) : null,
        ["head"] = incident.Head is { } head ? Head(head) : null,
        ["headSignature"] = incident.HeadSignature?.ToString(),
        ["proof"] = incident.PartNode is { } node ? Proof(incident, node) : null,
    };

    private static JsonObject Head(Head head) => new()
    {
        ["stream"] = head.Track.Stream.ToString(),
        ["run"] = Number(head.Run),
        ["track"] = Number(head.Track.Track),
        ["window"] = Number(head.Window),
        ["count"] = Number(head.Count),
        ["root"] = head.Root.ToString(),
        ["byteLength"] = Number(head.ByteLength),
        ["leafCount"] = Number(head.LeafCount),
        ["prev"] = head.Prev.ToString(),
        ["initHash"] = head.InitHash.ToString(),
        ["time"] = Number(head.Time),
        ["flags"] = Number((byte)head.Flags),
    };

    private static JsonObject Proof(Incident incident, PartNode node) => new()
    {
        ["partNode"] = new JsonObject
        {
            ["byteLength"] = Number(node.ByteLength),
            ["time"] = Number(node.Time),
            ["flags"] = Number((byte)node.Flags),
            ["leavesRoot"] = node.LeavesRoot.ToString(),
        },
        ["leaf"] = new JsonArray([.. incident.LeafProof.Select(hash => (JsonNode)hash.ToString())]),
        ["part"] = new JsonArray([.. incident.PartProof.Select(hash => (JsonNode)hash.ToString())]),
    };

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
