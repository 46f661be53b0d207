using System.Numerics;
using ClusterCast.Chain.Rpc;

namespace ClusterCast.Chain.Transactions;

/// <summary>Fees for new and for resent transactions.</summary>
internal sealed class FeePolicy(SenderOptions options)
{
    // An empty chain has no tips to learn from; this is what quiet L2s ask.
    private static readonly BigInteger LeastTip = 1_000_000;

    /// <summary>Twice the next base fee, so that six full blocks do not price it out, and the median tip (EIP-1559: 12.5 % a block).</summary>
    public async Task<(BigInteger PriorityFee, BigInteger MaxFee)> NextAsync(EvmClient client, CancellationToken cancel)
    {
        var fees = await client.FeesAsync(cancel).ConfigureAwait(false);
        var ceiling = (BigInteger)options.MaxFee;
        if (fees.BaseFee > ceiling)
        {
            throw new ChainException(
                ChainFault.InsufficientFunds, $"Gas costs {fees.BaseFee / 1_000_000_000} gwei and at most {ceiling / 1_000_000_000} gwei are allowed.", "Wait, or allow more.");
        }

        var tip = BigInteger.Max(LeastTip, fees.PriorityFee);
        var max = BigInteger.Min(ceiling, (fees.BaseFee * 2) + tip);
        return (BigInteger.Min(tip, max), max);
    }

    /// <summary>The same transaction with fees that replace the waiting one; false when that would exceed the ceiling.</summary>
    public bool TryBump(Transaction transaction, out Transaction bumped)
    {
        bumped = transaction with { MaxFee = Raise(transaction.MaxFee), MaxPriorityFee = Raise(transaction.MaxPriorityFee) };
        return bumped.MaxFee <= options.MaxFee;
    }

    private BigInteger Raise(BigInteger fee) => fee + BigInteger.Max(1, fee * options.BumpPercent / 100);
}
