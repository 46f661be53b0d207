using ClusterCast.Mesh.Relaying;
using ClusterCast.Payments;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Node.Relay;

/// <summary>Misbehaviour on demand, for demonstrations on a devnet. An honest relay has none.</summary>
internal sealed class RelayFault : IServingFault, IReceiptFault
{
    private volatile string _mode = "none";

    /// <summary>Switches to <c>none</c>, <c>corrupt</c>, <c>stall</c> or <c>receipt</c>; false for anything else.</summary>
    public bool Switch(string mode)
    {
        if (mode is not ("none" or "corrupt" or "stall" or "receipt"))
        {
            return false;
        }

        _mode = mode;
        return true;
    }

    /// <inheritdoc/>
    public bool OnLeaf(TrackKey track, uint window, ushort part, int leaf, Span<byte> copy)
    {
        switch (_mode)
        {
            case "corrupt":
                copy[copy.Length / 2] ^= 0x01;
                return true;
            case "stall":
                return false;
            default:
                return true;
        }
    }

    /// <inheritdoc/>
    public Hash32 ServedRoot(SignedHead last) => _mode == "receipt" ? TreeHash.Inner(last.Head.Root, last.Head.Root) : last.Head.Root;
}
