namespace ClusterCast.Mesh.Relaying;

/// <summary>
/// Wakes of subscribers that wait until all frames of one read are taken: what came together leaves together, in fewer and fuller packets. Bound to the thread that
/// takes the frames.
/// </summary>
internal static class Wakes
{
    [ThreadStatic]
    private static List<TrackCache>? t_waiting;

    [ThreadStatic]
    private static bool t_isHeld;

    /// <summary>Holds wakes back until <see cref="Release"/>, which must follow on the same thread.</summary>
    public static void Hold() => t_isHeld = true;

    /// <summary>Wakes the subscribers of all that has changed meanwhile.</summary>
    public static void Release()
    {
        t_isHeld = false;
        if (t_waiting is { Count: > 0 } waiting)
        {
            foreach (var cache in waiting)
            {
                cache.WakeNow();
            }

            waiting.Clear();
        }
    }

    /// <summary>Whether a wake of this cache waits for <see cref="Release"/>.</summary>
    public static bool Defer(TrackCache cache)
    {
        if (!t_isHeld)
        {
            return false;
        }

        var waiting = t_waiting ??= [];
        if (!waiting.Contains(cache))
        {
            waiting.Add(cache);
        }

        return true;
    }
}
