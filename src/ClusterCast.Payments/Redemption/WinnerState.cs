namespace ClusterCast.Payments;

/// <summary>Where a winner stands (spec/tickets.md).</summary>
public enum WinnerState
{
    /// <summary>On disk, held back.</summary>
    Won = 0,

    /// <summary>To be submitted with the next batch.</summary>
    Queued = 1,

    /// <summary>In a transaction whose outcome is not known.</summary>
    Submitted = 2,

    /// <summary>Paid.</summary>
    Final = 3,

    /// <summary>Its epochs are over and it was never paid.</summary>
    Expired = 4,
}
