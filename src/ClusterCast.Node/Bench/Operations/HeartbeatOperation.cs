using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Bench.Operations;

/// <summary>A broadcaster's beat by the signing key: the first transaction starts the run, the others say that it is live.</summary>
internal sealed class HeartbeatOperation : IChainOperation
{
    private const byte Live = 1;
    private const byte Healthy = 100;

    private StreamId _stream;
    private ulong _run;
    private uint _viewers;
    private bool _started;

    public string Name => "heartbeat";

    public ulong GasBound(ChainBenchOptions options) => 100_000;

    public Task<ulong> MicroUsdcAsync(BenchBed bed, int calls, CancellationToken stop) => Task.FromResult(0UL);

    // The account signs for its stream itself, as a node with one key does.
    public async Task PrepareAsync(BenchBed bed, int calls, CancellationToken stop)
    {
        _stream = await bed.StreamAsync(stop).ConfigureAwait(false);
        if (!(await bed.Streams.DelegationsAsync(_stream, stop).ConfigureAwait(false)).Any(delegation => delegation.Key == bed.Key.Address))
        {
            await bed.Sender.SendAsync(bed.Streams.Delegate(new Delegation(_stream, bed.Key.Address, 0, long.MaxValue)), stop).ConfigureAwait(false);
        }

        _run = (await bed.Client.BlockAsync(null, stop).ConfigureAwait(false))!.Timestamp * 1_000;
    }

    public Task<ContractCall> NextAsync(BenchBed bed, CancellationToken stop)
    {
        if (_started)
        {
            // A beat in the second of the one before must still write, as beats a minute apart do.
            _viewers++;
            return Task.FromResult(bed.Registry.Heartbeat(_stream, _run, Live, Healthy, _viewers));
        }

        _started = true;
        return Task.FromResult(bed.Registry.Start(_stream, _run));
    }

    // A beat that changes no status emits nothing; one that is refused reverts, which the sender tells.
    public bool Did(BenchBed bed, TransactionReceipt receipt) => receipt.Succeeded;
}
