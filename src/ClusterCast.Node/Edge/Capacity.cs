using System.Globalization;
using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Edge;

/// <summary>Lets an output in only when the machine can carry it in real time beside those that run: its measured cost and the cores that are busy
/// stay below a share of all cores.</summary>
/// <param name="busyCores">Cores that are busy now.</param>
/// <param name="cores">All cores.</param>
/// <param name="refuses">Whether it refuses at all: where other programs give way, busy cores say little.</param>
/// <param name="time">The clock.</param>
internal sealed class Capacity(Func<double> busyCores, double cores, bool refuses, TimeProvider time)
{
    /// <summary>Share of the cores that may be busy: what comes in bursts needs the rest.</summary>
    public const double Share = 0.9;

    // So long after its start an output's work does not show in full in the busy cores.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(8);
    private readonly List<(object Owner, double Cores, long At)> _young = [];
    private readonly Lock _gate = new();

    /// <summary>Cores that are busy.</summary>
    public double Busy => busyCores();

    /// <summary>All cores.</summary>
    public double Cores => cores;

    /// <summary>Lets an output in.</summary>
    /// <param name="owner">The output.</param>
    /// <param name="what">Its description, for the refusal.</param>
    /// <param name="needs">Cores that it will take.</param>
    /// <exception cref="NodeException">It would not run in real time; the message has the figures.</exception>
    public void Admit(object owner, string what, double needs)
    {
        lock (_gate)
        {
            _young.RemoveAll(entry => time.GetElapsedTime(entry.At) > Young);
            var busy = busyCores() + _young.Sum(entry => entry.Cores);
            var free = Math.Max(0, (cores * Share) - busy);
            if (refuses && needs > free)
            {
                throw new NodeException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} is refused: it needs about {needs:0.00} cores to run in real time, and {free:0.00} of {cores:0.##} are free. End another output, choose a smaller profile, or use another edge."));
            }

            _young.Add((owner, needs, time.GetTimestamp()));
        }
    }

    /// <summary>An output has ended.</summary>
    public void Release(object owner)
    {
        lock (_gate)
        {
            _young.RemoveAll(entry => entry.Owner == owner);
        }
    }
}
