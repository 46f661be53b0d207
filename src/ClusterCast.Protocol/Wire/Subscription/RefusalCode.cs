namespace ClusterCast.Protocol.Wire;

/// <summary>Why a subscription is refused.</summary>
public enum RefusalCode : ushort
{
    /// <summary>The track is not carried here.</summary>
    NotCarried = 1,

    /// <summary>No capacity is left.</summary>
    Full = 2,

    /// <summary>A paid session must be open first.</summary>
    SessionNeeded = 3,

    /// <summary>This subscriber is not served.</summary>
    NotAccepted = 4,

    /// <summary>Nothing arrives from upstream.</summary>
    Stalled = 5,
}
