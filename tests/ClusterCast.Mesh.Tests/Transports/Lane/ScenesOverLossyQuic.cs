using ClusterCast.Mesh.Tests.Sessions;
using ClusterCast.Mesh.Tests.Subscribing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>The scenes of failover over QUIC that loses packets, with loss protection for all tracks.</summary>
public sealed class FailoverOverLossyQuicTests : FailoverTests
{
    protected override EndpointKind By => EndpointKind.Quic;

    protected override double Loss => 0.02;
}

/// <summary>The scenes of sessions over QUIC that loses packets, with loss protection for all tracks.</summary>
public sealed class SessionOverLossyQuicTests : SessionTests
{
    protected override EndpointKind By => EndpointKind.Quic;

    protected override double Loss => 0.02;
}
