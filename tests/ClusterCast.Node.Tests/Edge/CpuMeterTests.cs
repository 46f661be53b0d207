using ClusterCast.Node.Edge;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Edge;

public sealed class CpuMeterTests
{
    [Fact]
    public void Busy_cores_are_those_of_the_last_seconds()
    {
        using var folder = new TempFolder();
        var (time, file) = (new SteppedTime(), folder.File("stat"));
        var meter = new CpuMeter(time, file);
        Write(file, busy: 0, idle: 0);
        Assert.Equal(0, meter.Read());
        time.Now += TimeSpan.FromSeconds(1);
        Write(file, busy: 100, idle: 100);
        Assert.Equal(CpuMeter.Cores / 2.0, meter.Read(), 3);
        for (var i = 1; i <= 5; i++)
        {
            time.Now += TimeSpan.FromSeconds(1);
            Write(file, busy: 100, idle: 100 + (i * 200));
            meter.Read();
        }

        Assert.Equal(0, meter.Read(), 3);
    }

    [Fact]
    public void The_machine_has_such_a_file()
    {
        var (time, meter) = (new SteppedTime(), default(CpuMeter));
        meter = new CpuMeter(time);
        meter.Read();
        time.Now += TimeSpan.FromSeconds(1);
        Assert.InRange(meter.Read(), 0, CpuMeter.Cores);
    }

    private static void Write(string file, long busy, long idle) => File.WriteAllText(file, $"cpu  {busy} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 2 3\n");
}
