using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.BrowserSource;

/// <summary>One key signs every stream.</summary>
internal sealed class OneKey(Address key) : ISigningKeys
{
    /// <inheritdoc/>
    public bool IsSigningKey(StreamId stream, Address address, ulong timeMs) => address == key;
}
