using System.Text.Json.Nodes;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Chain.Transactions;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Devnet;

public class LocalDevnetTests(DevnetFixture chain)
{
    [Fact]
    public async Task The_default_devnet_mines_by_the_clock_and_writes_its_file()
    {
        var folder = Directory.CreateTempSubdirectory("clustercast-").FullName;
        try
        {
            var path = Path.Combine(folder, "deployments.json");
            await using var devnet = await LocalDevnet.StartAsync(new DevnetOptions { Port = 0 }, path);
            using var client = new EvmClient(DeploymentFile.Load(path).RpcUrl);
            await devnet.Deployment.CheckAsync(client);

            // Everything is in two blocks, so the chain's clock is at most a second ahead of ours.
            Assert.Equal(2UL, (await client.BlockAsync(2))!.Number);
            var usdc = new Usdc(client, devnet.Deployment.Usdc);
            var sender = new TransactionSender(client, DemoAccounts.Viewers[0]);
            var receipt = await sender.SendAsync(usdc.Transfer(DemoAccounts.Viewers[1].Address, 1));
            Assert.True(receipt.BlockNumber > 2);
            Assert.Equal(1_000_000_001UL, await usdc.BalanceOfAsync(DemoAccounts.Viewers[1].Address));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_constants_of_the_contract_are_those_of_the_deployment()
    {
        var domain = await chain.Usdc.DomainAsync();
        Assert.Equal(("USD Coin", "2", 31337UL), (domain.Name, domain.Version, domain.ChainId));
        Assert.Equal(await chain.Usdc.DomainSeparatorAsync(), domain.Separator);
        Assert.Equal(chain.Deployment.EpochSeconds, await chain.Broker.EpochSecondsAsync());
        Assert.Equal(chain.Deployment.ExitDelaySeconds, await chain.Broker.ExitDelayAsync());
        Assert.Equal(chain.Deployment.MinFaceValue, await chain.Broker.MinFaceValueAsync());
        Assert.Equal(chain.Deployment.MaxFaceValue, await chain.Broker.MaxFaceValueAsync());
        Assert.Equal(DepositAuthorization.Cap, await chain.Broker.CapAsync());
        Assert.Equal(chain.Deployment.Domains.StreamKeys.Separator, await chain.Streams.DomainSeparatorAsync());
        Assert.Equal(chain.Deployment.Domains.RelayStaking.Separator, await chain.Staking.DomainSeparatorAsync());
    }

    [Fact]
    public async Task Nobody_can_initialise_the_implementation_or_the_proxy_again()
    {
        var account = await chain.AccountAsync(0);
        await ChainAssert.FailsAsync(ChainFault.Reverted, () => account.Sender.SendAsync(chain.Usdc.InitializeV2("x")));
    }

    [Fact]
    public async Task The_demo_accounts_are_those_of_the_development_mnemonic()
    {
        var expected = await ViemOracle.AskAsync(Enumerable.Range(0, 10).Select(i => new JsonObject { ["kind"] = "mnemonic", ["index"] = i }));
        Assert.Equal(expected, DemoAccounts.All.Select(key => Hex.Encode(key.Export())));
    }

    [Fact]
    public async Task A_second_devnet_on_the_same_port_is_refused() => await ChainAssert.FailsAsync(
        ChainFault.PortInUse, () => LocalDevnet.StartAsync(new DevnetOptions { Port = chain.Client.Url.Port }));
}
