namespace ClusterCast.Mesh.Nat.PortMapping;

/// <summary>One way to ask a router. Each call is bounded in time by itself.</summary>
internal interface IPortMapper : IDisposable
{
    /// <summary>The protocol, for people.</summary>
    string Name { get; }

    /// <summary>Maps or renews; null when the router does not speak this protocol, or refuses.</summary>
    Task<MappedPort?> MapAsync(PortWish wish, CancellationToken cancel);

    /// <summary>Gives a mapping back. Never throws.</summary>
    Task UnmapAsync(MappedPort mapped, CancellationToken cancel);
}
