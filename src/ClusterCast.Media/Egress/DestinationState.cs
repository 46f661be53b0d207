namespace ClusterCast.Media.Egress;

/// <summary>What a destination is doing.</summary>
public enum DestinationState
{
    /// <summary>Nothing is published yet; it is connected to when there is a picture.</summary>
    Idle,
    /// <summary>A connection is being made.</summary>
    Connecting,
    /// <summary>Connected, or FFmpeg runs; media begins with the next IDR frame.</summary>
    AwaitingIdr,
    /// <summary>Media flows.</summary>
    Live,
    /// <summary>A failure; it is connected to anew after a while.</summary>
    Waiting,
    /// <summary>Removed.</summary>
    Stopped,
}
