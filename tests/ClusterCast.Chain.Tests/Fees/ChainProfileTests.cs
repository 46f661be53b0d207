using ClusterCast.Chain.Fees;
using ClusterCast.Chain.Rpc;

namespace ClusterCast.Chain.Tests.Fees;

public class ChainProfileTests
{
    [Fact]
    public void A_profile_is_found_by_its_name_and_by_its_chain()
    {
        Assert.All(ChainProfile.All, profile =>
        {
            Assert.Same(profile, ChainProfile.Find(profile.Name));
            Assert.Same(profile, ChainProfile.Of(profile.ChainId));
            Assert.True(profile.BaseFee > 0);
            Assert.Contains(profile.NativeToken, new[] { "ETH", "POL" });
        });
        Assert.Null(ChainProfile.Find("ethereum"));
        Assert.Null(ChainProfile.Of(31337));
    }

    [Fact]
    public void Storage_gas_counts_calldata_and_logs()
    {
        var receipt = new TransactionReceipt(
            default, true, 1, default, 100_000, 1, null, [new EventLog(default, [default, default], new byte[64], 1, default, default, 0), new EventLog(default, [default], [], 1, default, default, 1)]);
        Assert.Equal(39_000UL + (2 * 40) + (3 * 160) + (3 * 3_750) + (64 * 80), ChainProfile.Find("megaeth")!.Storage!.Of(new ContractCall(default, [0, 1, 2, 0, 3]), receipt));
    }
}
