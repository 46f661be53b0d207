using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Bench;

/// <summary>One chain as the operations see it: our contracts and one account that is owner, viewer, relay and broadcaster.</summary>
internal sealed class BenchBed
{
    private const int Purses = 4;
    private const ulong Validity = 3_600;

    private StreamId? _stream;
    private UsdcDomain? _domain;

    public BenchBed(EvmClient client, Deployment deployment, PrivateKey key, int tickets, TimeProvider time)
    {
        Client = client;
        Deployment = deployment;
        Key = key;
        Tickets = tickets;
        Time = time;

        // Polling a public node as often as one's own would be refused.
        var poll = TimeSpan.FromMilliseconds(client.Url.IsLoopback ? 5 : 100);
        Sender = new TransactionSender(client, key, time, new SenderOptions { PollInterval = poll });
        Broker = new TicketBroker(client, deployment.TicketBroker);
        Streams = new StreamKeys(client, deployment.StreamKeys);
        Staking = new RelayStaking(client, deployment.RelayStaking);
        Registry = new StreamRegistry(client, deployment.StreamRegistry);
        Usdc = new Usdc(client, deployment.Usdc);

        // The same for every run of an account: an owner may have four purses only.
        ViewingKeys = [.. Enumerable.Range(0, Purses).Select(i => PrivateKey.From(Keccak256.Hash([.. "clustercast bench viewing key"u8, (byte)i, .. key.Export()]).Span))];
    }

    public EvmClient Client { get; }

    public Deployment Deployment { get; }

    public PrivateKey Key { get; }

    public int Tickets { get; }

    public TimeProvider Time { get; }

    public TransactionSender Sender { get; }

    public TicketBroker Broker { get; }

    public StreamKeys Streams { get; }

    public RelayStaking Staking { get; }

    public StreamRegistry Registry { get; }

    public Usdc Usdc { get; }

    public IReadOnlyList<PrivateKey> ViewingKeys { get; }

    /// <summary>A stream of the account.</summary>
    public async Task<StreamId> StreamAsync(CancellationToken stop) =>
        _stream ??= Streams.MintedIn(await Sender.SendAsync(Mint(), stop).ConfigureAwait(false));

    /// <summary>Opens a stream of the account.</summary>
    public ContractCall Mint() => Streams.Mint(new StreamInfo("Chain benchmark", "benchmark", 0), new StreamTerms(Key.Address, 7_000, 2_500, 10_000));

    /// <summary>A signed deposit into one of the account's purses.</summary>
    public async Task<ContractCall> DepositAsync(PrivateKey viewingKey, ulong amount, CancellationToken stop)
    {
        _domain ??= await Usdc.DomainAsync(stop).ConfigureAwait(false);
        var newest = await Client.BlockAsync(null, stop).ConfigureAwait(false);
        return Broker.Deposit(DepositAuthorization.Sign(Key, viewingKey, amount, 0, newest!.Timestamp + Validity, Deployment, _domain, SystemRandomSource.Instance));
    }
}
