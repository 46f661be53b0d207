using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Contracts;

public class RelayStakingTests(DevnetFixture chain)
{
    [Fact]
    public async Task A_relay_registers_with_its_nodes_consent()
    {
        var owner = await chain.AccountAsync(500_000_000);
        var node = PrivateKey.Create(SystemRandomSource.Instance);
        var endpoints = Keccak256.Hash("endpoints"u8);
        var proof = RelayStaking.RegistrationProof(node, owner.Address, chain.Deployment.Domains.RelayStaking);
        await owner.Sender.SendAsync(chain.Usdc.Approve(chain.Staking.Address, 500_000_000));

        Assert.Equal(100_000_000UL, await chain.Staking.MinStakeAsync());
        await ChainAssert.RevertsAsync("StakeTooLow", () => owner.Sender.SendAsync(chain.Staking.Register(node.Address, endpoints, 7, 1, proof)));
        await ChainAssert.RevertsAsync("BadProof", () => owner.Sender.SendAsync(chain.Staking.Register(owner.Address, endpoints, 7, 100_000_000, proof)));
        await owner.Sender.SendAsync(chain.Staking.Register(node.Address, endpoints, 7, 150_000_000, proof));

        Assert.Equal(150_000_000UL, await chain.Staking.StakeOfAsync(node.Address));
        Assert.Equal(new RelayStakingStruct.Relay(owner.Address, 7, 0, 150_000_000, 0, endpoints), await chain.Staking.RelayAsync(node.Address));

        await owner.Sender.SendAsync(chain.Staking.AddStake(node.Address, 50_000_000));
        await owner.Sender.SendAsync(chain.Staking.Unbond(node.Address, 100_000_000));
        Assert.Equal(100_000_000UL, await chain.Staking.StakeOfAsync(node.Address));
        await ChainAssert.RevertsAsync("NotDue", () => owner.Sender.SendAsync(chain.Staking.Withdraw(node.Address, owner.Address)));
    }

    [Fact]
    public async Task An_unknown_relay_has_no_stake()
    {
        var node = PrivateKey.Create(SystemRandomSource.Instance).Address;
        Assert.Equal(0UL, await chain.Staking.StakeOfAsync(node));
        Assert.Null(await chain.Staking.RelayAsync(node));
    }
}
