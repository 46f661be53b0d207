using ClusterCast.Media.Egress.Delivery;
using ClusterCast.Media.Tests.Support;

namespace ClusterCast.Media.Tests.Egress.Delivery;

public sealed class TrafficMeterTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Bytes_of_the_last_second_make_the_rate()
    {
        var meter = new TrafficMeter(_time);
        for (var n = 0; n < 30; n++)
        {
            meter.Begin();
            meter.End(12_500);
            Pass(100);
        }
        Assert.Equal(0.9, meter.Read().Mbps, 3); // nine full tenths and the one that has just begun
        Pass(1000);
        Assert.Equal((0, 0), meter.Read());
    }

    [Fact]
    public void A_write_that_waits_shows_before_it_ends()
    {
        var meter = new TrafficMeter(_time);
        Pass(1234);
        meter.Begin();
        Pass(300);
        Assert.Equal(0.3, meter.Read().BlockedShare, 6);
        Assert.Equal(TimeSpan.FromMilliseconds(300), meter.Blocked);
        Pass(5000);
        Assert.InRange(meter.Read().BlockedShare, 0.9, 1);
        Assert.Equal(TimeSpan.FromMilliseconds(5300), meter.Blocked);
        meter.End(1);
        Assert.Equal(TimeSpan.Zero, meter.Blocked);
        Pass(2000);
        Assert.Equal(0, meter.Read().BlockedShare);
    }

    [Fact]
    public void Reading_often_does_not_count_twice()
    {
        var meter = new TrafficMeter(_time);
        meter.Begin();
        for (var n = 0; n < 50; n++)
        {
            Pass(10);
            meter.Read();
        }
        meter.End(0);
        Assert.Equal(0.5, meter.Read().BlockedShare, 6);
    }

    private void Pass(int ms) => _time.Advance(TimeSpan.FromMilliseconds(ms));
}
