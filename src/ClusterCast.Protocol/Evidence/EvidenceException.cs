namespace ClusterCast.Protocol.Evidence;

/// <summary>A file that is no evidence or incident of spec/evidence.md. The message is one sentence for people.</summary>
public sealed class EvidenceException(string message) : Exception(message);
