using ClusterCast.Mesh.Relaying;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Tests;

internal enum Misbehaviour
{
    None,
    FlipBit,
    Silence,
}

/// <summary>Makes a relay misbehave from a moment on.</summary>
internal sealed class SwitchableFault : IServingFault
{
    public volatile Misbehaviour Now;

    public bool OnLeaf(TrackKey track, uint window, ushort part, int leaf, Span<byte> copy)
    {
        if (Now == Misbehaviour.FlipBit)
        {
            copy[^1] ^= 1;
        }

        return Now != Misbehaviour.Silence;
    }
}
