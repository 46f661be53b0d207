namespace ClusterCast.Payments;

/// <summary>When winners are redeemed.</summary>
public sealed record RedeemerOptions
{
    /// <summary>Time from the win to the queue, so that batches fill and the viewer does not see which ticket won at once.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two rounds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Winners in one transaction, at most.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>Blocks after which a payment is final.</summary>
    public ulong Confirmations { get; init; } = 1;

    /// <summary>How long after that a payment is still watched for a reorg.</summary>
    public TimeSpan ReorgWatch { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an unknown transaction may stay unknown before its winners are queued again.</summary>
    public TimeSpan DropAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Micro-USDC that a batch must pay in face values to be sent; 0 on devnets.</summary>
    public ulong MinBatchValue { get; init; }

    /// <summary>Face values that a batch must pay for each micro-USDC of gas, in percent; 100 means at least the gas, 0 ignores gas.</summary>
    public uint MinValuePercentOfCost { get; init; } = 100;

    /// <summary>Age of a winner after which its batch is sent although it is below the minimum value.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromHours(12);

    /// <summary>First delay after a failure or a skip; it doubles up to <see cref="MaxBackOff"/>.</summary>
    public TimeSpan MinBackOff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest delay after a failure or a skip.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What a drain did.</summary>
/// <param name="Redeemed">Winners that are paid since it began.</param>
/// <param name="RedeemedValue">Their face values, micro-USDC.</param>
/// <param name="Unpayable">Winners that the chain does not pay now; they stay until they expire.</param>
/// <param name="Waiting">Winners that were neither paid nor found unpayable in time.</param>
public readonly record struct DrainResult(long Redeemed, ulong RedeemedValue, long Unpayable, long Waiting)
{
    /// <summary>Whether nothing is left that could be paid.</summary>
    public bool IsComplete => Waiting == 0;
}
