using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Bench.Operations;
using ClusterCast.Node.Demo;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Bench;

/// <summary>Measures one operation: a first transaction, rounds of one, and a burst.</summary>
internal sealed class OperationBench(BenchBed bed, IChainOperation operation, ChainBenchOptions options, Pricing pricing)
{
    /// <summary>Sends everything and adds it up.</summary>
    public async Task<OperationResult> RunAsync(CancellationToken stop)
    {
        await operation.PrepareAsync(bed, options.Calls, stop).ConfigureAwait(false);
        var first = await SendAsync(stop).ConfigureAwait(false);
        var rounds = new List<Sample>(options.Rounds);
        while (rounds.Count < options.Rounds)
        {
            rounds.Add(await SendAsync(stop).ConfigureAwait(false));
        }

        var (seconds, gas) = await BurstAsync(rounds.Max(sample => sample.Receipt.GasUsed), stop).ConfigureAwait(false);
        var middle = rounds.OrderBy(pricing.GasOf).ElementAt(rounds.Count / 2);
        var latencies = rounds.Select(sample => sample.Latency.TotalMilliseconds).Order().ToArray();
        return new OperationResult(
            operation.Name,
            pricing.GasOf(first),
            pricing.GasOf(middle),
            middle.Raw.Length,
            new Percentiles(Math.Round(At(latencies, 0.50), 1), Math.Round(At(latencies, 0.95), 1)),
            Math.Round(options.Burst / seconds, 2),
            Math.Round(gas / seconds),
            (ulong)pricing.GasPriceOf(middle),
            pricing.Usd(pricing.GasOf(middle) * pricing.GasPriceOf(middle)),
            pricing.Usd(pricing.L1Data?.Of(middle.Raw) ?? 0));
    }

    /// <summary>The value that a share of an ascending list does not exceed (nearest rank).</summary>
    internal static double At(double[] ascending, double share) => ascending[Math.Max(0, (int)Math.Ceiling(ascending.Length * share) - 1)];

    private async Task<Sample> SendAsync(CancellationToken stop)
    {
        var call = await operation.NextAsync(bed, stop).ConfigureAwait(false);
        var pending = await bed.Sender.SubmitAsync(call, stop).ConfigureAwait(false);
        var receipt = await bed.Sender.WaitAsync(pending, stop).ConfigureAwait(false);
        var latency = bed.Time.GetElapsedTime(pending.SentAt);
        return new Sample(call, pending.Transaction.Sign(bed.Key).Raw, Checked(receipt), latency);
    }

    // Estimates would count on what still waits, so the gas limit is that of the rounds with room.
    private async Task<(double Seconds, double Gas)> BurstAsync(ulong gas, CancellationToken stop)
    {
        var calls = new List<ContractCall>(options.Burst);
        while (calls.Count < options.Burst)
        {
            calls.Add(await operation.NextAsync(bed, stop).ConfigureAwait(false));
        }

        var pending = new List<PendingTransaction>(options.Burst);
        foreach (var call in calls)
        {
            pending.Add(await bed.Sender.SubmitAsync(call, gas + (gas / 4), stop).ConfigureAwait(false));
        }

        ulong used = 0;
        foreach (var transaction in pending)
        {
            used += Checked(await bed.Sender.WaitAsync(transaction, stop).ConfigureAwait(false)).GasUsed;
        }

        return (bed.Time.GetElapsedTime(pending[0].SentAt).TotalSeconds, used);
    }

    private TransactionReceipt Checked(TransactionReceipt receipt) => operation.Did(bed, receipt)
        ? receipt
        : throw new NodeException($"Transaction {receipt.Hash} was mined and did not do its '{operation.Name}'. Is the deployment's code that of this version?");
}
