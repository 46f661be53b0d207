using System.Runtime.InteropServices;
using ClusterCast.Mesh.Transports.Quic.Native;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>An encoded frame in native memory, from which any number of QUIC connections send. Disposing it leaves the memory to those that still do.</summary>
internal sealed class SharedFrame : SafeHandle
{
    private SharedFrame(nint slab, byte channel, int length)
        : base(0, ownsHandle: true)
    {
        SetHandle(slab);
        Channel = channel;
        Length = length;
    }

    /// <summary>The subscription's channel for which it is encoded.</summary>
    public byte Channel { get; }

    /// <summary>Bytes of the frame.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>A leaf as a frame; null when there is no memory.</summary>
    public static SharedFrame? Of(in LeafMessage leaf)
    {
        var frame = Frame.Encode(leaf);
        return Slab.Of(frame) is var slab and not 0 ? new SharedFrame(slab, leaf.Channel, frame.Length) : null;
    }

    /// <summary>A reference to the memory for one write, see <see cref="Slab"/>; 0 when the frame is disposed.</summary>
    public nint Take()
    {
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            QuicNative.SlabRetain(handle);
            return handle;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Slab.Release(handle);
        return true;
    }
}
