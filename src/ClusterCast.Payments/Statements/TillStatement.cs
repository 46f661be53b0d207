namespace ClusterCast.Payments;

/// <summary>What a relay has earned, in people's units. Values are face values before the split.</summary>
public sealed record TillStatement(TillStatistics Till, WinnerTotals Winners)
{
    /// <summary>The lines to print.</summary>
    public IReadOnlyList<string> Lines =>
    [
        $"served    {Money.FormatMegabytes(Till.BytesServed)}, of which paid {Money.FormatMegabytes(Till.BytesPaid)}",
        $"expected  {Money.FormatScaled(Till.ValueScaled)} by {Till.TicketsAccepted} tickets",
        $"won       {Money.Format((UInt128)Winners.PendingValue + Winners.FinalValue + Winners.ExpiredValue)} by {Winners.All} tickets",
        $"pending   {Money.Format(Winners.PendingValue)} in {Winners.Pending} tickets",
        $"redeemed  {Money.Format(Winners.FinalValue)} in {Winners.Final} tickets",
        $"expired   {Money.Format(Winners.ExpiredValue)} in {Winners.Expired} tickets",
    ];

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Lines);
}
