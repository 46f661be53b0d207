namespace ClusterCast.Chain.Indexing;

/// <summary>How a <see cref="SigningKeyDirectory"/> keeps up with the chain.</summary>
public sealed record SigningKeyOptions
{
    /// <summary>How often the delegations of every known stream are read again.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two reads of one stream, however many unknown keys are asked for.</summary>
    public TimeSpan LeastInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most streams that are kept; the one not asked for longest gives way.</summary>
    public int MaxStreams { get; init; } = 1024;
}
