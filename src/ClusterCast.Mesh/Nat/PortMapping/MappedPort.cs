using System.Net;

namespace ClusterCast.Mesh.Nat.PortMapping;

/// <summary>A port of this node that a router is asked to let in.</summary>
/// <param name="IsUdp">UDP, else TCP.</param>
/// <param name="Port">The port here, and the wish for outside.</param>
public readonly record struct PortWish(bool IsUdp, ushort Port)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(IsUdp ? "UDP" : "TCP")} port {Port}";
}

/// <summary>A port that a router lets in.</summary>
/// <param name="Wish">What was asked for.</param>
/// <param name="Outside">Where it is reached.</param>
/// <param name="Life">How long, unless it is renewed.</param>
public sealed record MappedPort(PortWish Wish, IPEndPoint Outside, TimeSpan Life);
