namespace ClusterCast.Media.Egress;

/// <summary>What happened to a destination, for counters. Programs branch on this and never on the text.</summary>
public enum IncidentKind
{
    /// <summary>It is live for the first time.</summary>
    Live,
    /// <summary>It is live again.</summary>
    Resumed,
    /// <summary>It cannot be connected to.</summary>
    ConnectFailed,
    /// <summary>It refuses us: key, name, certificate.</summary>
    Refused,
    /// <summary>The connection ended.</summary>
    Lost,
    /// <summary>It took or acknowledged nothing any more and was left.</summary>
    Stalled,
    /// <summary>Its queue was full; frames were dropped up to the next IDR frame.</summary>
    Dropped,
    /// <summary>It was restarted by hand.</summary>
    Restarted,
    /// <summary>It was removed.</summary>
    Removed,
}

/// <summary>One incident of a destination. Holds no key.</summary>
/// <param name="At">When.</param>
/// <param name="Destination">Name of the destination.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Fault">The failure behind it, if one is.</param>
/// <param name="Message">One line for the log.</param>
public sealed record DestinationIncident(DateTimeOffset At, string Destination, IncidentKind Kind, MediaFault? Fault, string Message);
