using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>Which keys may sign heads of a stream. Implemented over the chain, above this floor.</summary>
public interface ISigningKeys
{
    /// <summary>Whether <paramref name="key"/> is delegated for <paramref name="stream"/> at <paramref name="timeMs"/> (Unix ms). Never blocks.</summary>
    bool IsSigningKey(StreamId stream, Address key, ulong timeMs);
}
