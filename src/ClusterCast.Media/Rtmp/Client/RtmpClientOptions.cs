using System.Security.Cryptography.X509Certificates;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>Settings of an <see cref="RtmpPublisher"/>.</summary>
public sealed record RtmpClientOptions
{
    /// <summary>Clock of the handshake and the timeout.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Randomness of the handshake.</summary>
    public IRandomSource Random { get; init; } = SystemRandomSource.Instance;

    /// <summary>Longest time from the first packet to the permission to publish.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Four character code of a video codec of enhanced RTMP that will be sent; null for H.264.</summary>
    public string? FourCc { get; init; }

    /// <summary>The only roots trusted over TLS; null trusts those of the system.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }
}
