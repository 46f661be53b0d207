using System.Security.Cryptography.X509Certificates;
using ClusterCast.Media.Egress.Presets;

namespace ClusterCast.Media.Egress;

/// <summary>Settings of one destination.</summary>
public sealed record DestinationOptions
{
    /// <summary>The name by which it is restarted, removed and told of; unique within a feed.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required DestinationUrl Url { get; init; }

    /// <summary>The platform whose limits hold.</summary>
    public Platform Platform { get; init; } = Platform.Custom;

    /// <summary>Bytes that wait at most; above it the queue drops up to the next IDR frame.</summary>
    public int MaxQueueBytes { get; init; } = 8 << 20;

    /// <summary>Age of the oldest frame that waits at most; above it the queue drops up to the next IDR frame.</summary>
    public TimeSpan MaxQueueAge { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest time from the first packet to the permission to publish.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A destination that takes no byte, or acknowledges none, for so long is left and connected to anew.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>When to try again.</summary>
    public BackoffOptions Backoff { get; init; } = new();

    /// <summary>The only roots trusted for RTMPS; null trusts those of the system.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }
}
