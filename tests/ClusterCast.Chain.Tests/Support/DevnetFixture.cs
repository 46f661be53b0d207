using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Signing;

[assembly: AssemblyFixture(typeof(DevnetFixture))]

namespace ClusterCast.Chain.Tests.Support;

/// <summary>One devnet on a free port for all tests, mining every transaction at once. Tests use accounts of their own.</summary>
public sealed class DevnetFixture : IAsyncLifetime
{
    private LocalDevnet? _devnet;

    public LocalDevnet Devnet => _devnet ?? throw new InvalidOperationException("The fixture is not initialised.");

    public EvmClient Client => Devnet.Client;

    public Deployment Deployment => Devnet.Deployment;

    public TicketBroker Broker => new(Client, Deployment.TicketBroker);

    public StreamKeys Streams => new(Client, Deployment.StreamKeys);

    public RelayStaking Staking => new(Client, Deployment.RelayStaking);

    public FraudProofs Proofs => new(Client, Deployment.FraudProofs);

    public Usdc Usdc => new(Client, Deployment.Usdc);

    public async ValueTask InitializeAsync() =>
        _devnet = await LocalDevnet.StartAsync(new DevnetOptions { Port = 0, BlockTime = TimeSpan.Zero });

    public async ValueTask DisposeAsync()
    {
        if (_devnet is not null)
        {
            await _devnet.DisposeAsync();
        }
    }

    /// <summary>A fresh account with ETH and USDC, and its sender.</summary>
    public async Task<TestAccount> AccountAsync(ulong microUsdc = 100_000_000)
    {
        var key = PrivateKey.Create(SystemRandomSource.Instance);
        await Devnet.GrantAsync(key.Address, microUsdc);
        return new TestAccount(key, new TransactionSender(Client, key, options: new SenderOptions { PollInterval = TimeSpan.FromMilliseconds(10) }));
    }

    /// <summary>Deposits for a new viewing key; the key.</summary>
    public async Task<PrivateKey> PurseAsync(TestAccount owner, ulong amount)
    {
        var viewingKey = PrivateKey.Create(SystemRandomSource.Instance);
        var deposit = DepositAuthorization.Sign(
            owner.Key, viewingKey, amount, 0, uint.MaxValue, Deployment, await Usdc.DomainAsync(), SystemRandomSource.Instance);
        await owner.Sender.SendAsync(Broker.Deposit(deposit));
        return viewingKey;
    }
}

public sealed record TestAccount(PrivateKey Key, TransactionSender Sender)
{
    public Protocol.Identifiers.Address Address => Key.Address;
}
