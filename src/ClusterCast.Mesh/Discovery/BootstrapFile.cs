using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Discovery;

/// <summary>A peer to dial.</summary>
/// <param name="Node">Its node id; null accepts whoever answers.</param>
/// <param name="Url"><c>quic://host:port</c>, <c>tls://host:port</c>, <c>ws://</c> or <c>wss://</c>.</param>
public sealed record BootstrapPeer(Address? Node, string Url);

/// <summary>
/// The first peers of a node, as JSON: <c>{"peers":[{"node":"0x…","url":"tls://127.0.0.1:1234"}]}</c>; <c>node</c> may be missing. The file of remembered good
/// peers has the same form.
/// </summary>
public static class BootstrapFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads a file. Throws <see cref="MeshException"/> when it is missing or wrong.</summary>
    public static IReadOnlyList<BootstrapPeer> Read(string path)
    {
        try
        {
            var document = JsonSerializer.Deserialize<Document>(File.ReadAllText(path), Json);
            return [.. (document?.Peers ?? throw new MeshException($"'{path}' has no list \"peers\": write {{\"peers\":[{{\"url\":\"tls://host:port\"}}]}}.")).Select(entry => Peer(entry, path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeshException($"The bootstrap file '{path}' cannot be read ({e.Message}): check the path.", e);
        }
        catch (JsonException e)
        {
            throw new MeshException($"The bootstrap file '{path}' is not valid JSON (line {e.LineNumber + 1}): mend it there.", e);
        }
    }

    /// <summary>Writes a file in one step, so that a reader never sees half of it.</summary>
    public static void Write(string path, IEnumerable<BootstrapPeer> peers)
    {
        var document = new Document([.. peers.Select(peer => new Entry(peer.Node?.ToString(), peer.Url))]);
        AtomicFile.Write(path, JsonSerializer.Serialize(document, Json));
    }

    private static BootstrapPeer Peer(Entry entry, string path)
    {
        var node = default(Address);
        if (entry.Node is not null && !Address.TryParse(entry.Node, out node))
        {
            throw new MeshException($"'{entry.Node}' in '{path}' is not a node id: 0x and 40 hex digits are expected.");
        }

        return DialAddress.TryParse(entry.Url, out _)
            ? new BootstrapPeer(entry.Node is null ? null : node, entry.Url!)
            : throw new MeshException($"'{entry.Url}' in '{path}' is not a peer's address: quic://host:port, tls://host:port, ws:// or wss:// is expected.");
    }

    private sealed record Document(Entry[]? Peers);

    private sealed record Entry(string? Node, string? Url);
}
