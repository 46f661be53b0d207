using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Payments;
using ClusterCast.Protocol.Signing;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Settlement;

/// <summary>A purse with all that keeps it going: its balance, its resends and its debts on disk.</summary>
public sealed class PurseDesk : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    private PurseDesk(Purse purse, PurseWatch watch)
    {
        Purse = purse;
        Watch = watch;
        _work = Task.WhenAll(purse.RunAsync(_stop.Token), watch.RunAsync(_stop.Token));
    }

    /// <summary>The purse.</summary>
    public Purse Purse { get; }

    /// <summary>Its balance.</summary>
    public PurseWatch Watch { get; }

    /// <summary>Opens the purse of a viewing key.</summary>
    public static async Task<PurseDesk> OpenAsync(RoleContext context, ChainAccess chain, PrivateKey viewingKey, string data, CancellationToken stop)
    {
        var log = context.Logs.CreateLogger("purse");
        var watch = new PurseWatch(chain, viewingKey.Address, context.Time, log);
        await watch.RefreshAsync(stop).ConfigureAwait(false);
        var purse = new Purse(
            viewingKey,
            chain.Domains,
            new ViewerLimits { CeilingPrice = (ulong)context.Settings.Number("purse:ceiling") },
            watch,
            new EpochClock(context.Time, chain.Deployment.EpochSeconds),
            SystemRandomSource.Instance,
            new DebtFile(Path.Combine(data, "debts.json")));
        purse.Problem += problem => log.LogWarning("{Problem}", problem);
        return new PurseDesk(purse, watch);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        Purse.Save();
        _stop.Dispose();
    }
}
