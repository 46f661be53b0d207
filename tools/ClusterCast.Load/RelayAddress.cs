using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Load;

/// <summary>A relay to load: <c>NODE@URL</c>.</summary>
internal sealed record RelayAddress(Address Node, string Url)
{
    /// <summary>Parses. Throws <see cref="ArgumentException"/>.</summary>
    public static RelayAddress Parse(string text) =>
        text.Split('@') is [var node, var url] && Address.TryParse(node, out var id) ? new RelayAddress(id, url)
        : throw new ArgumentException($"'{text}' is no relay. Write it like 0x...@quic://127.0.0.1:4430.");
}
