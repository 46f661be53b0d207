namespace ClusterCast.Payments;

/// <summary>What a purse has spent, in people's units.</summary>
public sealed record PurseStatement(PurseStatistics Purse, ulong Spendable)
{
    /// <summary>The lines to print.</summary>
    public IReadOnlyList<string> Lines =>
    [
        $"verified  {Money.FormatMegabytes(Purse.Total.BytesVerified)}, price {Money.FormatCost(Purse.Total.CostTimes1E9)}",
        $"signed    {Money.FormatScaled(Purse.Total.ValueScaled)} in {Purse.Total.TicketsSent} tickets",
        $"ahead     {Money.FormatMegabytes(Purse.Total.BytesAhead)} for what was lost on the way",
        $"purse     {Money.Format(Spendable)} left",
        .. Purse.Relays.Select(relay =>
            $"  {relay.Relay}  {Money.FormatPrice(relay.Price)}  {Money.FormatMegabytes(relay.Counters.BytesVerified)}  {Money.FormatScaled(relay.Counters.ValueScaled)}"),
    ];

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Lines);
}
