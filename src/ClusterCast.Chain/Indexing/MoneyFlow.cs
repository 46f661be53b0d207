using System.Collections.Immutable;
using ClusterCast.Chain.Contracts;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Indexing;

/// <summary>Redeemed money in micro-USDC; <c>Redeemed = Relay + Broadcaster + Treasury</c>.</summary>
public sealed record RedemptionSum(ulong Tickets = 0, ulong Redeemed = 0, ulong Relay = 0, ulong Broadcaster = 0, ulong Treasury = 0)
{
    internal RedemptionSum Plus(TicketBrokerEvent.Redeemed e) => new(
        Tickets + (ulong)e.Tickets.Count,
        Redeemed + ((ulong)e.FaceValue * (ulong)e.Tickets.Count),
        Relay + e.RelayAmount,
        Broadcaster + e.BroadcasterAmount,
        Treasury + e.TreasuryAmount);
}

/// <summary>A purse's money ever, in micro-USDC; it holds <c>Deposited - Redeemed - Exited</c>.</summary>
public sealed record PurseFlow(ulong Deposited = 0, ulong Redeemed = 0, ulong Exited = 0, ulong Tickets = 0);

/// <summary>What the events of the TicketBroker add up to, up to and including <paramref name="Block"/>. Immutable.</summary>
public sealed record MoneyFlow(
    ulong Block,
    RedemptionSum Total,
    ulong Transactions,
    ImmutableDictionary<Address, PurseFlow> ByPurse,
    ImmutableDictionary<Address, RedemptionSum> ByRelay,
    ImmutableDictionary<StreamId, RedemptionSum> ByStream)
{
    /// <summary>Nothing yet.</summary>
    public static MoneyFlow Before(ulong block) => new(
        block, new RedemptionSum(), 0, ImmutableDictionary<Address, PurseFlow>.Empty, ImmutableDictionary<Address, RedemptionSum>.Empty, ImmutableDictionary<StreamId, RedemptionSum>.Empty);

    /// <summary>A purse's money; zeros when it has no events.</summary>
    public PurseFlow Purse(Address viewingKey) => ByPurse.GetValueOrDefault(viewingKey) ?? new PurseFlow();

    /// <summary>What a relay redeemed.</summary>
    public RedemptionSum Relay(Address node) => ByRelay.GetValueOrDefault(node) ?? new RedemptionSum();

    /// <summary>What was redeemed for a stream.</summary>
    public RedemptionSum Stream(StreamId stream) => ByStream.GetValueOrDefault(stream) ?? new RedemptionSum();

    internal MoneyFlow Plus(TicketBrokerEvent happened) => happened switch
    {
        TicketBrokerEvent.Deposited e => WithPurse(e.ViewingKey, purse => purse with { Deposited = purse.Deposited + e.Amount }),
        TicketBrokerEvent.ExitFinished e => WithPurse(e.ViewingKey, purse => purse with { Exited = purse.Exited + e.Amount }),
        TicketBrokerEvent.Redeemed e => PlusRedeemed(e),
        _ => this,
    };

    private MoneyFlow PlusRedeemed(TicketBrokerEvent.Redeemed e)
    {
        var flow = this with
        {
            Total = Total.Plus(e),
            ByRelay = ByRelay.SetItem(e.Relay, Relay(e.Relay).Plus(e)),
            ByStream = ByStream.SetItem(e.Stream, Stream(e.Stream).Plus(e)),
        };
        foreach (var winner in e.Tickets)
        {
            flow = flow.WithPurse(winner.ViewingKey, purse => purse with { Redeemed = purse.Redeemed + e.FaceValue, Tickets = purse.Tickets + 1 });
        }

        return flow;
    }

    private MoneyFlow WithPurse(Address viewingKey, Func<PurseFlow, PurseFlow> change) => this with { ByPurse = ByPurse.SetItem(viewingKey, change(Purse(viewingKey))) };
}
