using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>A complete, verified part, in the order of the track.</summary>
/// <param name="Track">The track.</param>
/// <param name="Run">The run, Unix ms.</param>
/// <param name="Window">Number of the window.</param>
/// <param name="Part">The part: node, bytes, leaf hashes.</param>
/// <param name="Head">A head that covers the part.</param>
/// <param name="Init">The init segment that the part needs.</param>
public sealed record ReceivedPart(TrackKey Track, ulong Run, uint Window, VerifiedPart Part, SignedHead Head, ReadOnlyMemory<byte> Init)
{
    /// <summary>The bytes: the video chunk, then the audio chunk.</summary>
    public ReadOnlyMemory<byte> Bytes => Part.Bytes;

    /// <summary>Whether a window begins with this part.</summary>
    public bool StartsWindow => Part.Node.Index == 0;
}
