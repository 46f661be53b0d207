using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>Loss: counted, estimated and answered with parity.</summary>
public sealed class LossTests
{
    [Theory]
    [InlineData(22, 0, 0)]
    [InlineData(22, 0.000_001, 0)]
    [InlineData(22, 0.01, 4)]
    [InlineData(22, 0.05, 7)]
    [InlineData(1, 0.01, 1)]
    [InlineData(1, 0.3, 2)]
    [InlineData(20, 0.5, 10)]
    [InlineData(128, 1, 64)]
    public void Parity_follows_the_loss_up_to_half_of_the_block(int data, double loss, int parity) => Assert.Equal(parity, ParityPlan.For(data, loss));

    [Fact]
    public void The_chance_of_failure_is_that_of_the_drawn_losses()
    {
        var random = new Random(3);
        var failed = 0;
        for (var i = 0; i < 200_000; i++)
        {
            failed += Enumerable.Range(0, 24).Count(_ => random.NextDouble() < 0.03) > 2 ? 1 : 0;
        }

        Assert.InRange(ParityPlan.Fails(22, 2, 0.03), failed / 200_000.0 * 0.95, failed / 200_000.0 * 1.05);
    }

    [Fact]
    public void An_unknown_way_is_protected_and_a_clean_one_costs_nothing_after_a_while()
    {
        var loss = new LossEstimator();
        Assert.True(ParityPlan.For(22, loss.Loss) > 1);
        Report(loss, 600, 25, 0);
        Assert.Equal(0, ParityPlan.For(22, loss.Loss));
    }

    [Fact]
    public void One_report_with_a_loss_brings_the_parity_back()
    {
        var loss = new LossEstimator();
        Report(loss, 10_000, 25, 0);
        loss.Add(24, 1);
        Assert.True(ParityPlan.For(22, loss.Loss) > 0);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.2)]
    public void A_steady_loss_is_not_underestimated_for_long(double share)
    {
        var random = new Random(5);
        var loss = new LossEstimator();
        Report(loss, 1_000, 25, 0);
        var sum = 0.0;
        for (var i = 0; i < 400; i++)
        {
            var lost = (uint)Enumerable.Range(0, 25).Count(_ => random.NextDouble() < share);
            loss.Add(25 - lost, lost);
            sum += i >= 200 ? loss.Loss : 0;
        }

        Assert.InRange(sum / 200, share * 0.9, share * 2);
    }

    [Fact]
    public void Absurd_reports_stay_within_nought_and_one()
    {
        var loss = new LossEstimator();
        foreach (var (received, lost) in new[] { (0u, 0u), (uint.MaxValue, uint.MaxValue), (0u, uint.MaxValue), (uint.MaxValue, 0u), (0u, 1u), (1u, 0u) })
        {
            loss.Add(received, lost);
            Assert.InRange(loss.Loss, 0, 1);
        }
    }

    [Fact]
    public void Shards_are_counted_once_and_a_block_when_three_later_ones_have_come()
    {
        var tally = new LossTally();
        foreach (byte index in new byte[] { 0, 1, 1, 4, 7 })
        {
            tally.Count(new Shard(10, index, 4, 6, 400));
        }

        Assert.False(tally.HasNews);
        tally.Count(new Shard(12, 0, 4, 6, 400));
        Assert.False(tally.HasNews);
        tally.Count(new Shard(13, 0, 4, 6, 400));
        Assert.Equal((3u, 3u), tally.Take());
        Assert.False(tally.HasNews);

        // What comes too late changes nothing.
        tally.Count(new Shard(10, 2, 4, 6, 400));
        tally.Count(new Shard(1, 2, 4, 6, 400));
        Assert.False(tally.HasNews);

        // After a jump all before is settled.
        tally.Count(new Shard(1_000, 0, 4, 6, 400));
        Assert.Equal((2u, 10u), tally.Take());
    }

    private static void Report(LossEstimator loss, int times, uint received, uint lost)
    {
        for (var i = 0; i < times; i++)
        {
            loss.Add(received, lost);
        }
    }
}
