using System.Text.Json.Nodes;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Deployments;

public sealed class DeploymentFileTests(DevnetFixture chain) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clustercast-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_deployment_survives_the_file()
    {
        var path = Path.Combine(_folder, "deep", "deployments.json");
        DeploymentFile.Save(chain.Deployment, path);
        Assert.Equal(chain.Deployment, DeploymentFile.Load(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        Assert.Equal(
            ["chainId", "rpcUrl", "usdc", "ticketBroker", "streamKeys", "relayStaking", "fraudProofs", "streamRegistry", "treasury", "epochSeconds", "minFaceValue", "maxFaceValue", "exitDelaySeconds", "devnet", "deployedBlock"],
            json.Select(member => member.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"chainId\": -1}")]
    public void A_text_that_is_none_is_refused(string text) =>
        Assert.Equal(ChainFault.BadDeployment, Assert.Throws<ChainException>(() => DeploymentFile.Parse(text)).Fault);

    [Fact]
    public void A_bad_address_is_refused()
    {
        var json = DeploymentFile.ToJson(chain.Deployment).Replace(chain.Deployment.Usdc.ToString(), "0x12", StringComparison.Ordinal);
        Assert.Equal(ChainFault.BadDeployment, Assert.Throws<ChainException>(() => DeploymentFile.Parse(json)).Fault);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(_folder, "none.json");
        var e = Assert.Throws<ChainException>(() => DeploymentFile.Load(path));
        Assert.Equal(ChainFault.BadDeployment, e.Fault);
        Assert.Contains(path, e.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_of_another_chain_is_noticed()
    {
        await chain.Deployment.CheckAsync(chain.Client);
        await ChainAssert.FailsAsync(ChainFault.BadDeployment, () => (chain.Deployment with { ChainId = 1 }).CheckAsync(chain.Client));
        await ChainAssert.FailsAsync(
            ChainFault.BadDeployment, () => (chain.Deployment with { TicketBroker = Address.Parse("0x00000000000000000000000000000000000000ff") }).CheckAsync(chain.Client));
        await ChainAssert.FailsAsync(
            ChainFault.BadDeployment, () => (chain.Deployment with { TicketBroker = chain.Deployment.StreamKeys }).CheckAsync(chain.Client));
    }
}
