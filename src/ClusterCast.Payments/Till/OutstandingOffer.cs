using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments.Internal;

/// <summary>An offer that no ticket has answered yet. Its preimage lives in memory only.</summary>
internal sealed record OutstandingOffer(Hash32 Commit, Hash32 R, uint Index, StreamId Stream, uint Terms, ulong Price);
