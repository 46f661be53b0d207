using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Relaying;

/// <summary>Makes a relay misbehave, for demonstrations and tests.</summary>
public interface IServingFault
{
    /// <summary>Called with the copy of each leaf that is about to be sent. It may change <paramref name="copy"/>; false sends no media from then on.</summary>
    bool OnLeaf(TrackKey track, uint window, ushort part, int leaf, Span<byte> copy);
}
