using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments.Internal;

/// <summary>A signed ticket that the relay has not acknowledged. It is only ever sent as this frame.</summary>
/// <param name="Commit">The relay's commitment.</param>
/// <param name="Frame">The whole frame.</param>
/// <param name="IsInherited">Whether it was signed in an earlier session.</param>
internal sealed record PendingTicket(Hash32 Commit, byte[] Frame, bool IsInherited);
