using ClusterCast.Mesh.Tests.Sessions;
using ClusterCast.Mesh.Tests.Subscribing;
using ClusterCast.Mesh.Tests.Tree;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Quic;

/// <summary>The scenes of the tree over QUIC.</summary>
public sealed class TreeOverQuicTests : TreeTests
{
    protected override EndpointKind By => EndpointKind.Quic;
}

/// <summary>The scenes of failover over QUIC.</summary>
public sealed class FailoverOverQuicTests : FailoverTests
{
    protected override EndpointKind By => EndpointKind.Quic;
}

/// <summary>The scenes of sessions over QUIC.</summary>
public sealed class SessionOverQuicTests : SessionTests
{
    protected override EndpointKind By => EndpointKind.Quic;
}
