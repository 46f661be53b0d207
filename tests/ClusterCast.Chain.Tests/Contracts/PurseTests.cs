using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Chain.Tests.Contracts;

public class PurseTests(DevnetFixture chain)
{
    [Fact]
    public async Task A_deposit_by_signature_sent_by_a_stranger_moves_exactly_the_amount()
    {
        var owner = await chain.AccountAsync(10_000_000);
        var sender = await chain.AccountAsync(0);
        var viewingKey = PrivateKey.Create(SystemRandomSource.Instance);
        var deposit = await SignAsync(owner, viewingKey, 3_000_000, maxFee: 20_000);

        var receipt = await sender.Sender.SendAsync(chain.Broker.Deposit(deposit, fee: 10_000));

        Assert.Equal(7_000_000UL, await chain.Usdc.BalanceOfAsync(owner.Address));
        Assert.Equal(new PurseState(owner.Address, 2_990_000, 0, 0), await chain.Broker.PurseAsync(viewingKey.Address));
        Assert.Equal(2_990_000UL, await chain.Broker.HeldByAsync(owner.Address));
        Assert.Equal([viewingKey.Address], await chain.Broker.PursesAsync(owner.Address));
        Assert.Equal(10_000UL, await chain.Broker.CreditOfAsync(sender.Address));
        var deposited = Assert.Single(TicketBrokerEvent.Of(receipt, chain.Broker.Address).OfType<TicketBrokerEvent.Deposited>());
        Assert.Equal((owner.Address, viewingKey.Address, 2_990_000UL, 10_000UL, 2_990_000UL), (deposited.Owner, deposited.ViewingKey, deposited.Amount, deposited.Fee, deposited.Balance));
        Assert.True(await chain.Usdc.AuthorizationStateAsync(owner.Address, DepositAuthorization.Nonce(owner.Address, viewingKey.Address, 20_000, deposit.Salt)));
    }

    [Fact]
    public async Task Amounts_that_no_purse_takes_are_refused_before_signing()
    {
        var owner = await chain.AccountAsync(0);
        foreach (var amount in new[] { 0UL, 50_000_001UL, ulong.MaxValue })
        {
            await ChainAssert.FailsAsync(ChainFault.InvalidInput, () => SignAsync(owner, PrivateKey.Create(SystemRandomSource.Instance), amount));
        }
    }

    [Fact]
    public async Task The_contract_refuses_them_too_with_its_own_errors()
    {
        var owner = await chain.AccountAsync(100_000_000);
        var viewingKey = PrivateKey.Create(SystemRandomSource.Instance);
        var bind = viewingKey.Sign(new Bind(owner.Address, viewingKey.Address).Digest(chain.Deployment.Domains.TicketBroker));
        await owner.Sender.SendAsync(chain.Usdc.Approve(chain.Broker.Address, 100_000_000));

        await ChainAssert.RevertsAsync("ZeroAmount", () => owner.Sender.SendAsync(chain.Broker.DepositFromAllowance(viewingKey.Address, 0, bind)));
        await owner.Sender.SendAsync(chain.Broker.DepositFromAllowance(viewingKey.Address, 30_000_000, bind));
        var e = await ChainAssert.FailsAsync(
            ChainFault.Reverted, () => owner.Sender.SendAsync(chain.Broker.DepositFromAllowance(viewingKey.Address, 20_000_001, null)));
        Assert.Equal("CapExceeded", e.ErrorName);
        Assert.Equal("The owner's purses hold $30 and $20.000001 more would exceed $50. Deposit less, or withdraw first.", e.Message);
    }

    [Fact]
    public async Task A_first_deposit_needs_the_viewing_keys_consent()
    {
        var owner = await chain.AccountAsync();
        var viewingKey = PrivateKey.Create(SystemRandomSource.Instance);
        var deposit = await SignAsync(owner, viewingKey, 1_000_000);
        var foreign = deposit with { BindSignature = owner.Key.Sign(new Bind(owner.Address, viewingKey.Address).Digest(chain.Deployment.Domains.TicketBroker)) };
        await ChainAssert.RevertsAsync("BadBinding", () => owner.Sender.SendAsync(chain.Broker.Deposit(foreign)));
    }

    [Fact]
    public async Task A_deposit_signed_by_somebody_else_is_refused_by_usdc()
    {
        var owner = await chain.AccountAsync();
        var thief = await chain.AccountAsync();
        var deposit = await SignAsync(owner, PrivateKey.Create(SystemRandomSource.Instance), 1_000_000);
        var forged = deposit with { Signature = thief.Key.Sign(default) };
        await ChainAssert.FailsAsync(ChainFault.Reverted, () => thief.Sender.SendAsync(chain.Broker.Deposit(forged)));
    }

    [Fact]
    public async Task A_wallet_that_holds_too_little_is_told_so()
    {
        var owner = await chain.AccountAsync(999_999);
        var deposit = await SignAsync(owner, PrivateKey.Create(SystemRandomSource.Instance), 1_000_000);
        var e = await ChainAssert.FailsAsync(ChainFault.Reverted, () => owner.Sender.SendAsync(chain.Broker.Deposit(deposit)));
        Assert.Equal("Error", e.ErrorName);
    }

    [Fact]
    public async Task An_exit_that_is_not_due_is_refused_with_its_time()
    {
        var owner = await chain.AccountAsync();
        var viewingKey = await chain.PurseAsync(owner, 5_000_000);
        await ChainAssert.RevertsAsync("NothingLeaving", () => owner.Sender.SendAsync(chain.Broker.FinishExit(viewingKey.Address, owner.Address)));

        await owner.Sender.SendAsync(chain.Broker.RequestExit(viewingKey.Address, 2_000_000));

        var purse = await chain.Broker.PurseAsync(viewingKey.Address);
        Assert.Equal((5_000_000UL, 2_000_000UL, 3_000_000UL), (purse.Balance, purse.Exiting, purse.Available));
        await ChainAssert.RevertsAsync("ExitNotDue", () => owner.Sender.SendAsync(chain.Broker.FinishExit(viewingKey.Address, owner.Address)));
    }

    private async Task<DepositAuthorization> SignAsync(TestAccount owner, PrivateKey viewingKey, ulong amount, ulong maxFee = 0) => DepositAuthorization.Sign(
        owner.Key, viewingKey, amount, maxFee, uint.MaxValue, chain.Deployment, await chain.Usdc.DomainAsync(), SystemRandomSource.Instance);
}
