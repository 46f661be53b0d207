namespace ClusterCast.Protocol.Wire;

/// <summary>Why a connection ends.</summary>
public enum GoodbyeCode : ushort
{
    /// <summary>The node stops.</summary>
    ShuttingDown = 1,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError = 2,

    /// <summary>The peer sent media that the broadcaster did not sign; it is banned.</summary>
    Corrupt = 3,

    /// <summary>The peer does not keep up.</summary>
    TooSlow = 4,

    /// <summary>The peer works with another deployment.</summary>
    WrongChain = 5,

    /// <summary>Nothing was heard for too long.</summary>
    Idle = 6,

    /// <summary>The protocol version is not supported.</summary>
    Version = 7,
}
