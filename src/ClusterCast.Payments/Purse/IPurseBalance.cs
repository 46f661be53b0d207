namespace ClusterCast.Payments;

/// <summary>The purse's money, read from the chain above this floor.</summary>
public interface IPurseBalance
{
    /// <summary>Micro-USDC that the purse holds and that are not leaving, as last read. Never blocks.</summary>
    ulong Spendable { get; }
}
