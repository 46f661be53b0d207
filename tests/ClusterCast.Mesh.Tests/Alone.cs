namespace ClusterCast.Mesh.Tests;

/// <summary>Tests that measure the whole process run one after the other, when no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
