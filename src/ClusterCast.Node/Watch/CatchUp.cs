using ClusterCast.Mesh;
using ClusterCast.Mesh.Subscribing;

namespace ClusterCast.Node.Watch;

/// <summary>Takes what was broadcast before the viewer came, as far as relays have it cached.</summary>
internal static class CatchUp
{
    // A window is one segment.
    private const int WindowSeconds = 2;

    /// <summary>
    /// Gives out the parts of the windows before <paramref name="first"/>, oldest first, and returns how many there were. Windows that nobody has are left out.
    /// </summary>
    /// <param name="mesh">The viewer's node.</param>
    /// <param name="first">The first live part; it begins its window.</param>
    /// <param name="from">How far back.</param>
    /// <param name="take">Takes a part.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<int> RunAsync(MeshNode mesh, ReceivedPart first, TimeSpan from, Action<ReceivedPart> take, CancellationToken stop)
    {
        var windows = (uint)Math.Ceiling(from.TotalSeconds / WindowSeconds);
        var count = 0;
        for (var window = Math.Max(1, first.Window - Math.Min(windows, first.Window - 1)); window < first.Window; window++)
        {
            foreach (var part in await mesh.FetchAsync(first.Track, window, stop).ConfigureAwait(false) ?? [])
            {
                if (part.Run == first.Run)
                {
                    take(part);
                    count++;
                }
            }
        }

        return count;
    }
}
