using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Transactions;

public class TransactionSenderTests(DevnetFixture chain)
{
    [Fact]
    public async Task Parallel_sends_use_each_nonce_once_even_when_some_are_refused()
    {
        var account = await chain.AccountAsync(1_000_000);
        var to = PrivateKey.Create(SystemRandomSource.Instance).Address;
        var sends = Enumerable.Range(0, 40).Select(i => i % 5 == 0
            ? ChainAssert.FailsAsync(ChainFault.Reverted, () => account.Sender.SendAsync(chain.Usdc.Transfer(to, 2_000_000)))
            : (Task)account.Sender.SendAsync(chain.Usdc.Transfer(to, 1_000)));
        await Task.WhenAll(sends);
        Assert.Equal(32_000UL, await chain.Usdc.BalanceOfAsync(to));
        Assert.Equal(32UL, await chain.Client.TransactionCountAsync(account.Address, mined: true));
    }

    [Fact]
    public async Task A_nonce_that_somebody_else_used_is_replaced()
    {
        var account = await chain.AccountAsync(1_000_000);
        var other = new TransactionSender(chain.Client, account.Key);
        var to = PrivateKey.Create(SystemRandomSource.Instance).Address;
        await account.Sender.SendAsync(chain.Usdc.Transfer(to, 1));
        await other.SendAsync(chain.Usdc.Transfer(to, 2));
        await other.SendAsync(chain.Usdc.Transfer(to, 4));
        await account.Sender.SendAsync(chain.Usdc.Transfer(to, 8));
        Assert.Equal(15UL, await chain.Usdc.BalanceOfAsync(to));
    }

    [Fact]
    public async Task An_account_without_eth_is_told_so()
    {
        var key = PrivateKey.Create(SystemRandomSource.Instance);
        var sender = new TransactionSender(chain.Client, key);
        var e = await ChainAssert.FailsAsync(ChainFault.InsufficientFunds, () => sender.SubmitAsync(chain.Usdc.Transfer(key.Address, 1), 100_000));
        Assert.Contains("holds 0 ETH", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_reverts_in_its_block_says_why()
    {
        var account = await chain.AccountAsync(10);
        var pending = await account.Sender.SubmitAsync(chain.Broker.Withdraw(account.Address, 5), gasLimit: 200_000);
        await ChainAssert.RevertsAsync("InsufficientBalance", () => account.Sender.WaitAsync(pending));
    }

    [Fact]
    public async Task A_fee_above_the_ceiling_is_not_paid()
    {
        var account = await chain.AccountAsync(10);
        var sender = new TransactionSender(chain.Client, account.Key, options: new SenderOptions { MaxFee = 1 });
        await ChainAssert.FailsAsync(ChainFault.InsufficientFunds, () => sender.SendAsync(chain.Usdc.Transfer(account.Address, 1)));
    }
}
