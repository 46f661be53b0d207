using System.Net;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>What a gateway made of the wish to map a port (UPnP-IGD, NAT-PMP or PCP).</summary>
/// <param name="Handle">Names the wish; one for each protocol and address.</param>
/// <param name="ExternalPort">The port at the gateway; null when it failed.</param>
/// <param name="ExternalAddress">The address of the gateway as far as it is known yet.</param>
/// <param name="Cause">Why it failed; null when it did not.</param>
public sealed record PortMapping(int Handle, ushort? ExternalPort, IPAddress? ExternalAddress, string? Cause);
