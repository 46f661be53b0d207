namespace ClusterCast.Payments;

/// <summary>What the broker does with a ticket; the bytes of <c>redeem</c> (spec/contracts.md).</summary>
public enum RedemptionOutcome : byte
{
    /// <summary>Paid in full.</summary>
    Redeemed = 0,

    /// <summary>Not recoverable, or high s.</summary>
    BadSignature = 1,

    /// <summary>The draw lost.</summary>
    NotWon = 2,

    /// <summary>The index is used in this epoch.</summary>
    Spent = 3,

    /// <summary>Outside its epoch and the next one.</summary>
    OutsideEpoch = 4,

    /// <summary>The stream has no such terms.</summary>
    NoTerms = 5,

    /// <summary>Face value out of bounds.</summary>
    FaceValueOutOfBounds = 6,

    /// <summary>The purse holds less than the face value.</summary>
    PurseTooLow = 7,

    /// <summary>No purse of the signer.</summary>
    NoPurse = 8,
}
