using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Contracts;

public class RedemptionTests(DevnetFixture chain)
{
    [Fact]
    public async Task Winners_are_paid_split_and_conserved()
    {
        var relay = await chain.AccountAsync(0);
        var viewers = await Task.WhenAll(Viewer(1_000_000), Viewer(2_000_000));
        var epoch = await chain.Broker.CurrentEpochAsync();
        WinningTicket[] winners =
        [
            TicketMaker.Winner(chain, relay.Address, viewers[0], epoch, 0),
            TicketMaker.Winner(chain, relay.Address, viewers[1], epoch, 1),
            TicketMaker.Winner(chain, relay.Address, viewers[1], epoch, 2, faceValue: 10_001),
        ];
        var groups = RedemptionGroup.Of(winners);
        Assert.Equal([2, 1], groups.Select(group => group.Winners.Count));
        Assert.All(await chain.Broker.PreviewRedeemAsync(groups), outcome => Assert.Equal(RedemptionOutcome.Redeemed, outcome));

        var receipt = await relay.Sender.SendAsync(chain.Broker.Redeem(groups));

        // Shares are floored for each ticket: 70 % and 25 % of 400 and of 10,001, the rest is the treasury's.
        var events = TicketBrokerEvent.Of(receipt, chain.Broker.Address).Cast<TicketBrokerEvent.Redeemed>().ToArray();
        Assert.Equal([(560UL, 200UL, 40UL), (7_000UL, 2_500UL, 501UL)], events.Select(e => (e.RelayAmount, e.BroadcasterAmount, e.TreasuryAmount)));
        Assert.Equal(
            winners.Select((winner, i) => new RedeemedTicket(viewers[i == 0 ? 0 : 1].Address, epoch, winner.Index)), events.SelectMany(e => e.Tickets));
        Assert.Equal(1_000_000UL - 400, (await chain.Broker.PurseAsync(viewers[0].Address)).Balance);
        Assert.Equal(2_000_000UL - 400 - 10_001, (await chain.Broker.PurseAsync(viewers[1].Address)).Balance);
        Assert.Equal(7_560UL, await chain.Broker.CreditOfAsync(relay.Address));
        Assert.Equal((541UL, 541UL), await chain.Broker.TreasuryFeesOfAsync(relay.Address));
        Assert.True(await chain.Broker.IsSpentAsync(relay.Address, epoch, 2));
        Assert.False(await chain.Broker.IsSpentAsync(relay.Address, epoch, 3));
    }

    [Fact]
    public async Task A_ticket_that_cannot_be_paid_is_skipped_with_its_reason()
    {
        var relay = await chain.AccountAsync(0);
        var viewer = await Viewer(1_000);
        var epoch = await chain.Broker.CurrentEpochAsync();
        var good = TicketMaker.Winner(chain, relay.Address, viewer, epoch, 0);
        var stranger = PrivateKey.Create(SystemRandomSource.Instance);
        WinningTicket[] winners =
        [
            good,
            good,
            TicketMaker.Winner(chain, relay.Address, viewer, epoch, 1, faceValue: 601),
            TicketMaker.Winner(chain, relay.Address, stranger, epoch, 2),
            TicketMaker.Winner(chain, relay.Address, viewer, epoch - 2, 3),
            TicketMaker.Winner(chain, relay.Address, viewer, epoch, 4, terms: 9),
            TicketMaker.Winner(chain, relay.Address, viewer, epoch, 5, faceValue: chain.Deployment.MaxFaceValue + 1),
            TicketMaker.Winner(chain, relay.Address, viewer, epoch, 6, winProbability: ulong.MaxValue) with { Index = 7 },
            TicketMaker.Winner(chain, relay.Address, viewer, epoch, 8) with { Signature = default },
        ];

        // One group a ticket, so that the order of outcomes is that of the list.
        var groups = winners.SelectMany(winner => RedemptionGroup.Of([winner])).ToArray();

        Assert.Equal(
            [
                RedemptionOutcome.Redeemed,
                RedemptionOutcome.Spent,
                RedemptionOutcome.InsufficientBalance,
                RedemptionOutcome.UnknownPurse,
                RedemptionOutcome.OutsideEpochs,
                RedemptionOutcome.UnknownTerms,
                RedemptionOutcome.FaceValueOutOfBounds,
                RedemptionOutcome.UnknownPurse,
                RedemptionOutcome.BadSignature,
            ],
            await chain.Broker.PreviewRedeemAsync(groups));
        await relay.Sender.SendAsync(chain.Broker.Redeem(groups));
        Assert.Equal(600UL, (await chain.Broker.PurseAsync(viewer.Address)).Balance);
    }

    [Fact]
    public async Task A_ticket_that_lost_is_not_won()
    {
        var relay = await chain.AccountAsync(0);
        var viewer = await Viewer(1_000_000);
        var winner = TicketMaker.Winner(chain, relay.Address, viewer, await chain.Broker.CurrentEpochAsync(), 0, winProbability: ulong.MaxValue);
        var ticket = winner.Ticket with { WinProbability = 0 };
        var lost = winner with { Ticket = ticket, Signature = viewer.Sign(ticket.Digest(chain.Deployment.Domains.TicketBroker)) };
        Assert.Equal([RedemptionOutcome.NotWon], await chain.Broker.PreviewRedeemAsync(RedemptionGroup.Of([lost])));
    }

    [Fact]
    public async Task Earnings_are_paid_out_by_the_account_or_by_its_signature()
    {
        var relay = await chain.AccountAsync(0);
        var keeper = await chain.AccountAsync(0);
        var epoch = await chain.Broker.CurrentEpochAsync();
        var winner = TicketMaker.Winner(chain, relay.Address, await Viewer(1_000_000), epoch, 0, faceValue: 100_000);
        await keeper.Sender.SendAsync(chain.Broker.Redeem(RedemptionGroup.Of([winner])));
        Assert.Equal(70_000UL, await chain.Broker.CreditOfAsync(relay.Address));

        var to = PrivateKey.Create(SystemRandomSource.Instance).Address;
        await relay.Sender.SendAsync(chain.Broker.Withdraw(to, 20_000));
        var authorization = new WithdrawAuthorization(relay.Address, to, 50_000, 1_000, await chain.Broker.NonceOfAsync(relay.Address), uint.MaxValue);
        var receipt = await keeper.Sender.SendAsync(
            chain.Broker.WithdrawFor(authorization, relay.Key.Sign(authorization.Digest(chain.Deployment.Domains.TicketBroker))));

        Assert.Equal(69_000UL, await chain.Usdc.BalanceOfAsync(to));
        Assert.Equal(1_000UL, await chain.Broker.CreditOfAsync(keeper.Address));
        Assert.Equal(49_000UL, Assert.IsType<TicketBrokerEvent.Withdrawn>(Assert.Single(TicketBrokerEvent.Of(receipt, chain.Broker.Address))).Amount);
        await ChainAssert.RevertsAsync("InsufficientBalance", () => relay.Sender.SendAsync(chain.Broker.Withdraw(to, 1)));

        var treasury = await chain.Usdc.BalanceOfAsync(DemoAccounts.Treasury.Address);
        var swept = await keeper.Sender.SendAsync(chain.Broker.SweepTreasury([relay.Address]));
        Assert.Equal(5_000UL, Assert.IsType<TicketBrokerEvent.TreasurySwept>(Assert.Single(TicketBrokerEvent.Of(swept, chain.Broker.Address))).Amount);
        Assert.True(await chain.Usdc.BalanceOfAsync(DemoAccounts.Treasury.Address) >= treasury + 5_000);
        Assert.Equal((0UL, 5_000UL), await chain.Broker.TreasuryFeesOfAsync(relay.Address));
    }

    private async Task<PrivateKey> Viewer(ulong amount) => await chain.PurseAsync(await chain.AccountAsync(), amount);
}
