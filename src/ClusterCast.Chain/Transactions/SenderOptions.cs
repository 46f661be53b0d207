namespace ClusterCast.Chain.Transactions;

/// <summary>How patiently and how dearly transactions are sent.</summary>
public sealed record SenderOptions
{
    /// <summary>How often a waiting transaction's receipt is asked for.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a transaction may wait before it is sent again with higher fees.</summary>
    public TimeSpan BumpAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a transaction may take in all.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Percent of the estimated gas that is added to it, 0 to 100.</summary>
    public uint GasMarginPercent { get; init; } = 20;

    /// <summary>Percent that fees rise when a transaction is sent again; nodes want at least 10.</summary>
    public uint BumpPercent { get; init; } = 15;

    /// <summary>Most that a unit of gas may cost in wei, base fee and tip together.</summary>
    public ulong MaxFee { get; init; } = 500_000_000_000;
}
