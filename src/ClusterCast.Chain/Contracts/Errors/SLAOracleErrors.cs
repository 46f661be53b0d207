using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What SLAOracle refuses.</summary>
internal static class SLAOracleErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<SLAOracleError.WindowOpen>(e => $"Reports of the epoch are taken until {Time(e.ClosesAt)}.", "Finalise it then."),
        Say<SLAOracleError.NotReporter>("The account is neither a named nor a bonded reporter.", "Bond first, or use a reporter's account."),
        Say<SLAOracleError.AlreadyReporter>("The account is a reporter already.", "Name another one."),
        Say<SLAOracleError.ReporterRetired>("The reporter contradicted itself, which ended its part for good.", "Use another account."),
        Say<SLAOracleError.ReporterCount>(e => $"There are {e.Least} to {e.Most} reporters.", "Add or remove another one first."),
        Say<SLAOracleError.OneChangePerEpoch>("The reporters have changed in this epoch already.", "Try again in the next epoch."),
        Say<SLAOracleError.NoEquivocation>("The reports say the same, or are of different edges or epochs: no offence.", "Give two reports of one edge and epoch that differ."),
        Say<SLAOracleError.AlreadyBonded>("The bond is there already.", "Nothing is left to do."),
        Say<SLAOracleError.NothingBonded>("The account has no bond.", "Bond first."),
        Say<SLAOracleError.AlreadyUnbonding>("The bond is leaving already.", "Wait for its delay, then withdraw it."),
    ];
}
