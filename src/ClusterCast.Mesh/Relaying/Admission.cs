namespace ClusterCast.Mesh.Relaying;

/// <summary>Counts the subscriptions that are served, up to a limit.</summary>
internal sealed class Admission(int limit)
{
    private int _count;

    /// <summary>Subscriptions served now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place; false when none is left.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
