using System.Diagnostics.Metrics;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Payments;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Settlement;

/// <summary>A relay's till with all that keeps it going: winners on disk, the look at purses, and redemption.</summary>
public sealed class TillDesk : IAsyncDisposable
{
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly WinnerStore _winners;
    private readonly Redeemer _redeemer;
    private readonly Task _work;
    private readonly Meter _meter = new("ClusterCast.Till");

    private TillDesk(Till till, WinnerStore winners, Redeemer redeemer)
    {
        Till = till;
        _winners = winners;
        _redeemer = redeemer;
        _work = Task.WhenAll(till.RunAsync(_stop.Token), redeemer.RunAsync(_stop.Token));
        _meter.CreateObservableCounter("clustercast_till_tickets", () => till.Statistics.TicketsAccepted, description: "Tickets taken");
        _meter.CreateObservableCounter("clustercast_till_tickets_won", () => till.Statistics.TicketsWon, description: "Tickets that won");
        _meter.CreateObservableCounter("clustercast_till_redeemed_microusdc", () => (long)winners.Totals().FinalValue, description: "Face values redeemed on chain");
        _meter.CreateObservableGauge("clustercast_till_sessions", () => till.Statistics.SessionsOpen, description: "Open sessions");
    }

    /// <summary>The till.</summary>
    public Till Till { get; }

    /// <summary>Winners by state.</summary>
    public WinnerTotals Totals => _winners.Totals();

    /// <summary>Opens the till of a node key. Its account pays the gas of redemption.</summary>
    public static TillDesk Open(RoleContext context, ChainAccess chain, PrivateKey nodeKey, string data, IReceiptFault? fault)
    {
        var settings = context.Settings;
        var log = context.Logs.CreateLogger("till");
        var hold = settings.Seconds("till:hold");
        var winners = WinnerStore.Open(Path.Combine(data, "winners.db"));
        var till = new Till(
            nodeKey,
            chain.Domains,
            Tariff(context, chain),
            new TillPolicy { Exposure = hold + Detection },
            new BrokerTillChain(chain, context.Time),
            winners,
            new EpochClock(context.Time, chain.Deployment.EpochSeconds),
            SystemRandomSource.Instance)
        {
            ReceiptFault = fault,
        };
        var redeemer = new Redeemer(
            winners,
            new BrokerRedemption(chain, new TransactionSender(chain.Client, nodeKey)),
            new RedeemerOptions { Hold = hold, Interval = settings.Seconds("till:redeemEvery") },
            context.Time);
        till.Problem += problem => log.LogWarning("{Problem}", problem);
        redeemer.Problem += problem => log.LogWarning("{Problem}", problem);
        till.Won += winner => log.LogInformation("Won ${Value} from {Purse}", winner.Ticket.FaceValue / 1_000_000m, winner.ViewingKey);
        return new TillDesk(till, winners, redeemer);
    }

    /// <summary>Redeems every winner now and waits for the receipts.</summary>
    public Task<DrainResult> DrainAsync(TimeSpan timeout, CancellationToken stop) => _redeemer.DrainAsync(timeout, stop);

    /// <summary>How many winners of a purse there are, in any state.</summary>
    public long WinnersOf(Address purse) =>
        Enum.GetValues<WinnerState>().Sum(state => _winners.InState(state).LongCount(winner => winner.Winner.ViewingKey == purse));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Till.Dispose();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _meter.Dispose();
        _winners.Dispose();
        _stop.Dispose();
    }

    private static TillTariff Tariff(RoleContext context, ChainAccess chain)
    {
        var settings = context.Settings;
        var faceValue = settings.Number("till:faceValue", chain.Deployment.MinFaceValue, chain.Deployment.MaxFaceValue);
        try
        {
            return new TillTariff((ulong)settings.Number("relay:price"), (uint)faceValue, (uint)settings.Number("till:ticketBytes", 1, TillTariff.MaxBytes));
        }
        catch (ArgumentException e)
        {
            throw new NodeException($"The tariff does not work: {e.Message}", ExitCode.Usage);
        }
    }
}
