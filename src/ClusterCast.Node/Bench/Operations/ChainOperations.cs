namespace ClusterCast.Node.Bench.Operations;

/// <summary>What is measured.</summary>
internal static class ChainOperations
{
    /// <summary>Fresh instances for one chain, in the order of the report.</summary>
    public static IReadOnlyList<IChainOperation> Create() =>
        [new DepositOperation(), new RedeemOperation(), new StakeOperation(), new MintOperation(), new HeartbeatOperation()];
}
