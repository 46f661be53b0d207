namespace ClusterCast.Protocol.Wire;

/// <summary>Why a session or a ticket is refused.</summary>
public enum PaymentRefusal : ushort
{
    /// <summary>The signature is not the purse's.</summary>
    BadSignature = 1,

    /// <summary>A field is not the offered one.</summary>
    WrongFields = 2,

    /// <summary>The commitment is unknown or was used.</summary>
    CommitUnknown = 3,

    /// <summary>The purse holds too little.</summary>
    PurseTooLow = 4,

    /// <summary>The purse could leave before its tickets die.</summary>
    PurseLeaving = 5,

    /// <summary>The purse has too many sessions open.</summary>
    TooManySessions = 6,

    /// <summary>The time is too far from the relay's clock.</summary>
    StaleTime = 7,

    /// <summary>This relay serves for free.</summary>
    NotWanted = 8,
}
