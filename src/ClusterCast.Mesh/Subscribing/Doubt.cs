using ClusterCast.Mesh.Scoring;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>A head of a key that is not known as a signing key of the stream.</summary>
/// <param name="Corruption">What it amounts to when the key is none.</param>
/// <param name="Signer">The key.</param>
/// <param name="TimeMs">Time of the head, Unix ms.</param>
internal sealed record Doubt(Corruption Corruption, Address Signer, ulong TimeMs);
