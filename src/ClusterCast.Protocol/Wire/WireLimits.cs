namespace ClusterCast.Protocol.Wire;

/// <summary>Bounds of the codec (spec/wire.md).</summary>
public static class WireLimits
{
    /// <summary>Bytes in a body.</summary>
    public const int BodyBytes = 65_536;

    /// <summary>UTF-8 bytes in a text.</summary>
    public const int TextBytes = 1_024;

    /// <summary>Bytes in a frame's type and length.</summary>
    public const int HeaderBytes = 5;

    /// <summary>Endpoints in a relay record.</summary>
    public const int Endpoints = 8;

    /// <summary>Tracks in a relay record.</summary>
    public const int Tracks = 64;

    /// <summary>Nodes in the path of an announcement.</summary>
    public const int PathNodes = 8;

    /// <summary>Longest life of a relay record, ms.</summary>
    public const ulong RecordLifeMs = 90_000;
}
