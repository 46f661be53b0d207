namespace ClusterCast.Protocol.Wire;

/// <summary>What the dialing side is.</summary>
public enum PeerRole : byte
{
    /// <summary>Watches.</summary>
    Viewer = 0,

    /// <summary>Carries streams.</summary>
    Relay = 1,

    /// <summary>Publishes a stream.</summary>
    Broadcaster = 2,

    /// <summary>Transcodes and pushes a stream to platforms.</summary>
    Edge = 3,
}
