namespace ClusterCast.Protocol.Wire;

/// <summary>An IP address and port as the wire carries them: IPv4 in its IPv6 form (RFC 4291 §2.5.5.2).</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port.</param>
public readonly record struct NetAddress(UInt128 Address, ushort Port);
