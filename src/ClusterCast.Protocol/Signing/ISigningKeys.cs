using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Signing;

/// <summary>Which keys may sign heads of a stream. Implemented over the chain, above this floor.</summary>
public interface ISigningKeys
{
    /// <summary>Whether <paramref name="key"/> is delegated for <paramref name="stream"/> at <paramref name="timeMs"/> (Unix ms). Never blocks.</summary>
    bool IsSigningKey(StreamId stream, Address key, ulong timeMs);

    /// <summary>
    /// Asks anew about a key that <see cref="IsSigningKey"/> does not know, at the source: it may have been delegated a moment ago. Whoever has no source but the
    /// memory answers from there. Fails when the source cannot tell.
    /// </summary>
    Task<bool> ConfirmAsync(StreamId stream, Address key, ulong timeMs, CancellationToken cancel = default) => Task.FromResult(IsSigningKey(stream, key, timeMs));
}
