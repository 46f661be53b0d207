using ClusterCast.Node.Bench;

namespace ClusterCast.Node.Tests.Bench;

public class FailoverBenchTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_round_measures_a_failover_that_loses_nothing(bool isSilent)
    {
        var round = await FailoverBench.MeasureAsync(TimeSpan.FromMilliseconds(33), isSilent, TestContext.Current.CancellationToken);
        output.WriteLine(round.ToString());
        Assert.Equal(0, round.PartsLost);
        Assert.True(round.Gap > 0 && round.FirstPart > 0 && round.ColdFirstPart > 0, round.ToString());
    }
}
