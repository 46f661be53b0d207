namespace ClusterCast.Media.Egress;

/// <summary>How a destination fares at one moment. Counters run over all of its connections. Holds no key.</summary>
public sealed record DestinationStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its URL without secrets.</summary>
    public required string Url { get; init; }

    /// <summary>What it is doing.</summary>
    public required DestinationState State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it is connected to anew; null unless <see cref="DestinationState.Waiting"/>.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Connections tried.</summary>
    public required long Attempts { get; init; }

    /// <summary>Connections that carried media and ended by themselves.</summary>
    public required long Losses { get; init; }

    /// <summary>Pictures sent.</summary>
    public required long SentFrames { get; init; }

    /// <summary>Bytes sent, with the framing.</summary>
    public required long SentBytes { get; init; }

    /// <summary>Pictures dropped by a full queue of a destination that was connected.</summary>
    public required long DroppedFrames { get; init; }

    /// <summary>Pictures that passed while it was not connected or waited for its first IDR frame.</summary>
    public required long MissedFrames { get; init; }

    /// <summary>Bytes that wait.</summary>
    public required long QueueBytes { get; init; }

    /// <summary>Back-pressure.</summary>
    public required Congestion Congestion { get; init; }

    /// <summary>The last incident; null when there was none.</summary>
    public string? LastIncident { get; init; }
}
