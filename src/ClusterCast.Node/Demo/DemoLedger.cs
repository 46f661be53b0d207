using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Node.Demo;

/// <summary>What the chain says of the run's money.</summary>
/// <param name="Deposited">Micro-USDC that entered the viewer's purse.</param>
/// <param name="Left">Micro-USDC in it now.</param>
/// <param name="Viewer">The viewer's winners.</param>
/// <param name="Inner">All other purses' winners.</param>
/// <param name="Transactions">Transactions since the contracts were deployed.</param>
internal sealed record DemoLedger(ulong Deposited, ulong Left, Redeemed Viewer, Redeemed Inner, long Transactions)
{
    /// <summary>Reads events and balances.</summary>
    public static async Task<DemoLedger> ReadAsync(ChainAccess chain, Address purse, CancellationToken stop)
    {
        var head = await chain.Client.BlockNumberAsync(stop).ConfigureAwait(false);
        var logs = await chain.Client.LogsAsync(
            new LogFilter([chain.Broker.Address], chain.Deployment.DeployedBlock, head, [TicketBrokerEvent.MoneyTopics]), stop).ConfigureAwait(false);
        var events = logs.Select(TicketBrokerEvent.Decode).ToList();
        var deposited = events.OfType<TicketBrokerEvent.Deposited>().Where(deposit => deposit.ViewingKey == purse).Aggregate(0UL, (sum, deposit) => sum + deposit.Amount);
        var viewer = default(Redeemed);
        var inner = default(Redeemed);
        foreach (var group in events.OfType<TicketBrokerEvent.Redeemed>())
        {
            var own = group.Tickets.Count(winner => winner.ViewingKey == purse);
            viewer += Redeemed.Of(group, own);
            inner += Redeemed.Of(group, group.Tickets.Count - own);
        }

        var left = (await chain.Broker.PurseAsync(purse, stop).ConfigureAwait(false)).Balance;
        long transactions = 0;
        for (var block = chain.Deployment.DeployedBlock; block <= head; block++)
        {
            transactions += (long)await chain.Client.TransactionsInBlockAsync(block, stop).ConfigureAwait(false);
        }

        return new DemoLedger(deposited, left, viewer, inner, transactions);
    }

    /// <summary>Why the money does not add up; empty when it does.</summary>
    public IEnumerable<string> Contradictions()
    {
        if (Deposited != Left + Viewer.FaceValues)
        {
            yield return $"The purse does not add up: {Deposited} micro-USDC deposited, {Viewer.FaceValues} redeemed, {Left} left.";
        }

        foreach (var (name, redeemed) in new[] { ("viewer", Viewer), ("inner relays", Inner) })
        {
            if (redeemed.FaceValues != redeemed.Relay + redeemed.Broadcaster + redeemed.Treasury)
            {
                yield return $"The shares of the {name}'s tickets do not add up: {redeemed.FaceValues} micro-USDC redeemed, {redeemed.Relay} + {redeemed.Broadcaster} + {redeemed.Treasury} credited.";
            }
        }
    }
}

/// <summary>Redeemed tickets and how their face values were split, micro-USDC.</summary>
internal readonly record struct Redeemed(long Tickets, ulong FaceValues, ulong Relay, ulong Broadcaster, ulong Treasury)
{
    public static Redeemed operator +(Redeemed a, Redeemed b) =>
        new(a.Tickets + b.Tickets, a.FaceValues + b.FaceValues, a.Relay + b.Relay, a.Broadcaster + b.Broadcaster, a.Treasury + b.Treasury);

    /// <summary>The share of some tickets of a group: all tickets of a group have one face value and one split.</summary>
    public static Redeemed Of(TicketBrokerEvent.Redeemed group, int tickets)
    {
        var all = (ulong)Math.Max(group.Tickets.Count, 1);
        var some = (ulong)tickets;
        return new Redeemed(tickets, some * group.FaceValue, group.RelayAmount / all * some, group.BroadcasterAmount / all * some, group.TreasuryAmount / all * some);
    }

    public Earnings ToEarnings() => new(Usdc(Relay), Usdc(Broadcaster), Usdc(Treasury));

    public static decimal Usdc(ulong micro) => micro / 1_000_000m;
}
