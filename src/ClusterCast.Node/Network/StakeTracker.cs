using ClusterCast.Chain;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Indexing;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Network;

/// <summary>Tells the mesh what relays have staked, by following the events of RelayStaking. While the chain does not answer, the last known stakes count.</summary>
public sealed class StakeTracker : IRelayStakes, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly StakeIndex _index;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    private StakeTracker(StakeIndex index, TimeProvider time, ILogger log)
    {
        _index = index;
        _time = time;
        _log = log;
        _work = RunAsync();
    }

    /// <summary>Reads the stakes that there are. Throws <see cref="ChainException"/>.</summary>
    public static async Task<StakeTracker> OpenAsync(ChainAccess chain, TimeProvider time, ILogger log, CancellationToken stop)
    {
        var index = new StakeIndex(chain.Client, new RelayStaking(chain.Client, chain.Deployment.RelayStaking), chain.Deployment.DeployedBlock);
        await index.UpdateAsync(stop).ConfigureAwait(false);
        return new StakeTracker(index, time, log);
    }

    /// <inheritdoc/>
    public ulong StakeOf(Address node) => _index.StakeOf(node);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await _index.UpdateAsync(_stop.Token).ConfigureAwait(false);
                }
                catch (ChainException e)
                {
                    _log.LogWarning("Stakes of relays could not be read: {Reason}", e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The role ends.
        }
    }
}
