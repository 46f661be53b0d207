namespace ClusterCast.Protocol.Windows;

/// <summary>What a receiver makes of a piece of media.</summary>
public enum Verdict
{
    /// <summary>New and right.</summary>
    Accepted,

    /// <summary>Right, but known already.</summary>
    Duplicate,

    /// <summary>Old: of a window or a run before the current one. Late, not an offence.</summary>
    Late,

    /// <summary>Beyond a limit, out of order or not derivable: a protocol error of the sender.</summary>
    Malformed,

    /// <summary>A head that no delegated key signed, or a leaf that is not the signed one: ban.</summary>
    Corrupt,
}
