namespace ClusterCast.Payments;

/// <summary>Why a call to the chain failed.</summary>
public enum RedemptionProblem
{
    /// <summary>No answer.</summary>
    Unreachable,

    /// <summary>The account that sends cannot pay the gas.</summary>
    GasTooLow,

    /// <summary>Another transaction of the account took the nonce.</summary>
    NonceTaken,

    /// <summary>The node refused the call for another reason.</summary>
    Rejected,
}

/// <summary>A call to the chain failed; nothing was redeemed by it as far as is known. The message is one sentence for people.</summary>
public sealed class RedemptionException(RedemptionProblem problem, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause.</summary>
    public RedemptionProblem Problem { get; } = problem;
}
