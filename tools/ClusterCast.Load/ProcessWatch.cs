using System.Globalization;

namespace ClusterCast.Load;

/// <summary>What a process on this machine has used, as /proc tells it.</summary>
internal sealed class ProcessWatch(int id)
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>CPU seconds, user and system, of all threads.</summary>
    public double CpuSeconds
    {
        get
        {
            var fields = Stat();
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>Resident bytes.</summary>
    public long ResidentBytes => long.Parse(Stat()[21], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    // The fields after the name, which is in brackets and may hold anything.
    private string[] Stat()
    {
        var text = File.ReadAllText($"/proc/{id}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }
}
