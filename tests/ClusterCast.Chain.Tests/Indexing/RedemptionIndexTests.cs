using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Indexing;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Indexing;

public class RedemptionIndexTests(DevnetFixture chain)
{
    [Fact]
    public async Task The_sums_are_those_of_the_contract()
    {
        var relays = new[] { await chain.AccountAsync(0), await chain.AccountAsync(0) };
        var viewers = new[] { await chain.PurseAsync(await chain.AccountAsync(), 1_000_000), await chain.PurseAsync(await chain.AccountAsync(), 2_000_000) };
        var epoch = await chain.Broker.CurrentEpochAsync();
        var index = new RedemptionIndex(chain.Client, chain.Broker.Address, chain.Deployment.DeployedBlock);
        Assert.Equal(new PurseFlow(1_000_000), (await index.UpdateAsync()).Purse(viewers[0].Address));

        foreach (var relay in relays)
        {
            var winners = viewers.SelectMany((viewer, v) => Enumerable.Range(0, 3)
                .Select(i => TicketMaker.Winner(chain, relay.Address, viewer, epoch, (uint)((v * 3) + i), faceValue: i == 2 ? 1_003u : 400u)));
            await relay.Sender.SendAsync(chain.Broker.Redeem(RedemptionGroup.Of(winners)));
        }

        var flow = await index.UpdateAsync();
        foreach (var viewer in viewers)
        {
            var purse = flow.Purse(viewer.Address);
            Assert.Equal((2 * 1_803UL, 6UL), (purse.Redeemed, purse.Tickets));
            Assert.Equal((await chain.Broker.PurseAsync(viewer.Address)).Balance, purse.Deposited - purse.Redeemed - purse.Exited);
        }

        foreach (var relay in relays)
        {
            var sum = flow.Relay(relay.Address);
            Assert.Equal((6UL, 3_606UL), (sum.Tickets, sum.Redeemed));
            Assert.Equal(sum.Redeemed, sum.Relay + sum.Broadcaster + sum.Treasury);
            Assert.Equal(await chain.Broker.CreditOfAsync(relay.Address), sum.Relay);
            Assert.Equal((sum.Treasury, sum.Treasury), await chain.Broker.TreasuryFeesOfAsync(relay.Address));
        }

        Assert.True(flow.Stream(new StreamId(1)).Redeemed >= 7_212);
        Assert.Equal(new RedemptionSum(), flow.Stream(new StreamId(77_777)));

        var again = await new RedemptionIndex(chain.Client, chain.Broker.Address, chain.Deployment.DeployedBlock).UpdateAsync();
        Assert.All(viewers, viewer => Assert.Equal(flow.Purse(viewer.Address), again.Purse(viewer.Address)));
        Assert.All(relays, relay => Assert.Equal(flow.Relay(relay.Address), again.Relay(relay.Address)));
    }

    [Fact]
    public async Task After_a_reorganisation_everything_is_counted_again()
    {
        await using var devnet = await LocalDevnet.StartAsync(new DevnetOptions { Port = 0, BlockTime = TimeSpan.Zero });
        var owner = new Chain.Transactions.TransactionSender(devnet.Client, DemoAccounts.Viewers[0]);
        var broker = new TicketBroker(devnet.Client, devnet.Deployment.TicketBroker);
        var usdc = new Usdc(devnet.Client, devnet.Deployment.Usdc);
        var viewingKey = DemoAccounts.Viewers[1];
        var index = new RedemptionIndex(devnet.Client, broker.Address, devnet.Deployment.DeployedBlock);
        await devnet.Client.DevelopmentAsync("evm_snapshot", []);

        var deposit = DepositAuthorization.Sign(
            DemoAccounts.Viewers[0], viewingKey, 5_000, 0, uint.MaxValue, devnet.Deployment, await usdc.DomainAsync(), Protocol.Signing.SystemRandomSource.Instance);
        await owner.SendAsync(broker.Deposit(deposit));
        Assert.Equal(5_000UL, (await index.UpdateAsync()).Purse(viewingKey.Address).Deposited);

        // Back to the first snapshot, and other blocks in the place of those that were counted.
        await devnet.Client.DevelopmentAsync("evm_revert", ["0x0"]);
        await devnet.Client.DevelopmentAsync("anvil_mine", [3, 7]);

        Assert.Equal(0UL, (await index.UpdateAsync()).Purse(viewingKey.Address).Deposited);
    }
}
