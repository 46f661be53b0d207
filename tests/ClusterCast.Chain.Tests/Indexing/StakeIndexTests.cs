using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Indexing;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Indexing;

public class StakeIndexTests(DevnetFixture chain)
{
    [Fact]
    public async Task Stakes_follow_registrations_additions_and_what_leaves()
    {
        var owner = await chain.AccountAsync(1_000_000_000);
        var node = PrivateKey.Create(SystemRandomSource.Instance);
        var least = await chain.Staking.MinStakeAsync();
        var index = new StakeIndex(chain.Client, chain.Staking, chain.Deployment.DeployedBlock);
        await index.UpdateAsync();
        Assert.Equal(0UL, index.StakeOf(node.Address));

        await owner.Sender.SendAsync(chain.Usdc.Approve(chain.Staking.Address, least + 5));
        var proof = RelayStaking.RegistrationProof(node, owner.Key.Address, chain.Deployment.Domains.RelayStaking);
        await owner.Sender.SendAsync(chain.Staking.Register(node.Address, Keccak256.Hash("endpoints"u8), 10_000, least, proof));
        Assert.Equal(0UL, index.StakeOf(node.Address));
        await index.UpdateAsync();
        Assert.Equal(least, index.StakeOf(node.Address));

        await owner.Sender.SendAsync(chain.Staking.AddStake(node.Address, 5));
        await index.UpdateAsync();
        Assert.Equal(least + 5, index.StakeOf(node.Address));
        var again = new StakeIndex(chain.Client, chain.Staking, chain.Deployment.DeployedBlock);
        await again.UpdateAsync();
        Assert.Equal(least + 5, again.StakeOf(node.Address));

        await owner.Sender.SendAsync(chain.Staking.Unbond(node.Address, least + 5));
        await index.UpdateAsync();
        Assert.Equal(0UL, index.StakeOf(node.Address));
    }
}
