using ClusterCast.Chain;
using ClusterCast.Node.Network;
using ClusterCast.Payments;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Settlement;

/// <summary>Keeps a purse's balance at hand by reading it every two seconds.</summary>
public sealed class PurseWatch(ChainAccess chain, Address viewingKey, TimeProvider time, ILogger log) : IPurseBalance
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private ulong _spendable;

    /// <inheritdoc/>
    public ulong Spendable => Volatile.Read(ref _spendable);

    /// <summary>Reads once. Throws <see cref="ChainException"/>.</summary>
    public async Task RefreshAsync(CancellationToken stop) =>
        Volatile.Write(ref _spendable, (await chain.Broker.PurseAsync(viewingKey, stop).ConfigureAwait(false)).Available);

    /// <summary>Reads until <paramref name="stop"/>; a chain that does not answer leaves the last balance in force.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                try
                {
                    await RefreshAsync(stop).ConfigureAwait(false);
                }
                catch (ChainException e)
                {
                    log.LogWarning("The purse's balance could not be read: {Reason}", e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The role ends.
        }
    }
}
