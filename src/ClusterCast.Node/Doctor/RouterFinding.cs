using System.Net;

namespace ClusterCast.Node.Doctor;

/// <summary>Whether the router maps ports on request.</summary>
/// <param name="Protocol">By what; null when it does not.</param>
/// <param name="Outside">Where the trial port was reached; null when it was not mapped.</param>
internal sealed record RouterFinding(string? Protocol, IPEndPoint? Outside);
