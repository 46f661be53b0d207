namespace ClusterCast.Mesh.Discovery;

/// <summary>What becomes of a relay record.</summary>
public enum RecordVerdict
{
    /// <summary>News: kept, and to be passed on.</summary>
    New,

    /// <summary>The one held.</summary>
    Known,

    /// <summary>Older than the one held.</summary>
    Replayed,

    /// <summary>Its life is over.</summary>
    Expired,

    /// <summary>Issued too far ahead of this clock.</summary>
    Future,

    /// <summary>Not signed by the node that it names.</summary>
    Forged,

    /// <summary>Too large or not a record at all.</summary>
    Malformed,

    /// <summary>Its node issues records faster than anybody needs them.</summary>
    TooOften,

    /// <summary>No stake stands behind it, and there is no place for more of its kind.</summary>
    Crowded,
}
