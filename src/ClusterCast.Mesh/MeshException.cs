namespace ClusterCast.Mesh;

/// <summary>Something that a person has to mend. The message is one sentence with cause and remedy.</summary>
public sealed class MeshException(string message, Exception? inner = null) : Exception(message, inner);
