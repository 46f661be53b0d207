using System.Globalization;

namespace ClusterCast.Node.Edge;

/// <summary>How many cores of this machine are busy, by all programs, over the last seconds. Where the process may use fewer cores than the machine has, the same share
/// of those counts as busy.</summary>
internal sealed class CpuMeter(TimeProvider time, string file = "/proc/stat")
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(400);
    private readonly Queue<(long At, long Busy, long All)> _samples = [];
    private readonly Lock _gate = new();
    private double _last;

    /// <summary>Cores that this process may use.</summary>
    public static int Cores => Environment.ProcessorCount;

    /// <summary>Reads the counters and gives the busy cores since some seconds ago; 0 before there are two readings.</summary>
    public double Read()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_samples.Count > 0 && time.GetElapsedTime(_samples.Last().At, now) < Shortest)
            {
                return _last;
            }

            var (busy, all) = Counters();
            _samples.Enqueue((now, busy, all));
            while (_samples.Count > 2 && time.GetElapsedTime(_samples.ElementAt(1).At, now) >= Window)
            {
                _samples.Dequeue();
            }

            var first = _samples.Peek();
            return _last = all > first.All ? (double)(busy - first.Busy) / (all - first.All) * Cores : 0;
        }
    }

    // proc(5): user nice system idle iowait irq softirq steal; guest times are in user already.
    private (long Busy, long All) Counters()
    {
        var fields = File.ReadLines(file).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var all = fields.Sum();
        return (all - fields[3] - fields[4], all);
    }
}
