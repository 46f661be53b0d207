using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Transactions;

/// <summary>A chain that mines only when told to.</summary>
public sealed class ResubmissionTests : IAsyncLifetime
{
    private static readonly Address To = Address.Parse("0x00000000000000000000000000000000000000aa");
    private AnvilProcess? _anvil;
    private EvmClient? _client;

    private EvmClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync(0);
        _client = new EvmClient(_anvil.Url);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_anvil is not null)
        {
            await _anvil.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_transaction_that_waits_is_sent_again_with_higher_fees()
    {
        var options = new SenderOptions { PollInterval = TimeSpan.FromMilliseconds(5), BumpAfter = TimeSpan.FromMilliseconds(50) };
        var sender = new TransactionSender(Client, DemoAccounts.Deployer, options: options);
        var pending = await sender.SubmitAsync(new ContractCall(To, [], 5));
        var waiting = sender.WaitAsync(pending);

        // The replacement has the first one's nonce, so the pool drops the first one.
        while (await Client.KnowsTransactionAsync(pending.Hash))
        {
            Assert.False(waiting.IsCompleted);
        }

        await Client.DevelopmentAsync("evm_mine", []);
        var receipt = await waiting;
        Assert.NotEqual(pending.Hash, receipt.Hash);
        Assert.Equal(5, await Client.BalanceAsync(To));
    }

    [Fact]
    public async Task A_transaction_that_is_never_mined_times_out()
    {
        var options = new SenderOptions { PollInterval = TimeSpan.FromMilliseconds(5), Timeout = TimeSpan.FromMilliseconds(60) };
        var sender = new TransactionSender(Client, DemoAccounts.Viewers[0], options: options);
        await ChainAssert.FailsAsync(ChainFault.Timeout, () => sender.SendAsync(new ContractCall(To, [], 1)));
    }

    [Fact]
    public async Task A_node_that_stays_away_while_a_transaction_waits_is_named_at_the_end()
    {
        var options = new SenderOptions { PollInterval = TimeSpan.FromMilliseconds(5), Timeout = TimeSpan.FromMilliseconds(200) };
        var sender = new TransactionSender(Client, DemoAccounts.Viewers[0], options: options);
        var pending = await sender.SubmitAsync(new ContractCall(To, [], 1));
        await _anvil!.DisposeAsync();
        await ChainAssert.FailsAsync(ChainFault.NodeUnreachable, () => sender.WaitAsync(pending));
    }
}
