using ClusterCast.Media.Egress.Presets;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Media.Egress;

/// <summary>Settings of an <see cref="OutputFeed"/>.</summary>
public sealed record OutputFeedOptions
{
    /// <summary>What is published, if known: it is checked against each platform's limits and announced to destinations.
    /// HEVC and AV1 must be named here, for destinations are asked for them when they are connected to.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>Clock for queues, waiting times and timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Randomness of handshakes and waiting times.</summary>
    public IRandomSource Random { get; init; } = SystemRandomSource.Instance;

    /// <summary>Gets every incident of every destination, one log line each. Called by the destination's own task; what it throws is ignored.</summary>
    public Action<DestinationIncident>? Incident { get; init; }
}
