namespace ClusterCast.Media.Cmaf;

/// <summary>Track numbers and time units of every init segment that is written here.</summary>
public static class CmafTracks
{
    /// <summary>Track id of the picture.</summary>
    public const int Video = 1;

    /// <summary>Track id of the sound; its time unit is the sample rate.</summary>
    public const int Audio = 2;

    /// <summary>Ticks a second of the video track.</summary>
    public const int VideoTimescale = 90_000;

    /// <summary>Largest init segment in bytes.</summary>
    public const int MaxInitBytes = 65_000;
}
