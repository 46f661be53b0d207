using ClusterCast.Chain.Rpc;

namespace ClusterCast.Chain.Fees;

/// <summary>
/// Gas that a chain charges for what its nodes have to keep, on top of the EVM's own (MegaETH's dual gas model). New storage slots are free in a bucket of least size, as
/// in every fresh one, and are not counted; in a full bucket each costs 20,000 times its multiplier less one.
/// </summary>
/// <param name="Transaction">For any transaction.</param>
/// <param name="ZeroByte">For a zero byte of calldata.</param>
/// <param name="OtherByte">For any other byte of calldata.</param>
/// <param name="LogTopic">For a topic of a log.</param>
/// <param name="LogByte">For a byte of a log's data.</param>
public sealed record StorageGas(ulong Transaction, ulong ZeroByte, ulong OtherByte, ulong LogTopic, ulong LogByte)
{
    /// <summary>What a mined transaction would pay beside its gas on the plain EVM.</summary>
    public ulong Of(ContractCall call, TransactionReceipt receipt)
    {
        var zeros = (ulong)call.Data.Count(value => value == 0);
        var topics = (ulong)receipt.Logs.Sum(log => log.Topics.Count);
        var logged = (ulong)receipt.Logs.Sum(log => log.Data.Length);
        return Transaction + (ZeroByte * zeros) + (OtherByte * ((ulong)call.Data.Length - zeros)) + (LogTopic * topics) + (LogByte * logged);
    }
}
