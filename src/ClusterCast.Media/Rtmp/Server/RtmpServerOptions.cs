using System.Net;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>What the server says to a publisher.</summary>
public enum PublishVerdict
{
    /// <summary>Let it in.</summary>
    Accepted,
    /// <summary>The application name or publish key is not known.</summary>
    WrongKey,
    /// <summary>Somebody publishes with this key already.</summary>
    Busy,
}

/// <summary>Decides whether this publish key may publish. Compare in constant time, see <see cref="PublishKey"/>.</summary>
public delegate bool PublishKeyCheck(string publishKey);

/// <summary>Settings of an <see cref="RtmpServer"/>.</summary>
public sealed record RtmpServerOptions
{
    /// <summary>Where to listen; port 0 lets the system choose.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 1935);

    /// <summary>The application in <c>rtmp://host:port/APPLICATION/KEY</c>.</summary>
    public string Application { get; init; } = "live";

    /// <summary>Lets publishers in.</summary>
    public required PublishKeyCheck PublishKeyCheck { get; init; }

    /// <summary>Clock for arrival times and timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>A peer that sends nothing for so long is disconnected.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Most connections at a time; more are closed at once.</summary>
    public int MaxConnections { get; init; } = 16;
}
