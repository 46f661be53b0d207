namespace ClusterCast.Protocol.Wire;

/// <summary>Why a relay does not arrange a direct connection.</summary>
public enum PunchRefusal : ushort
{
    /// <summary>The other peer is not connected here by QUIC.</summary>
    NotConnected = 1,

    /// <summary>The requester is not connected by QUIC, so that nobody knows its UDP address.</summary>
    NotObserved = 2,

    /// <summary>One of the two has used up its attempts for now.</summary>
    TooOften = 3,
}
