using System.Runtime.InteropServices;

namespace ClusterCast.Mesh.Transports.Quic.Native;

/// <summary>A <c>ccq_context</c>. It is freed when it is disposed of and the last call that uses it has returned.</summary>
internal sealed class QuicContextHandle : SafeHandle
{
    /// <summary>Takes over an open context.</summary>
    public QuicContextHandle(nint context)
        : base(0, ownsHandle: true) => SetHandle(context);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Hands a command over; false when the context is gone, has stopped or has no memory. Its slab is taken over in any case.</summary>
    public bool Submit(in NativeCommand command) => Submit(new ReadOnlySpan<NativeCommand>(in command));

    /// <summary>Hands commands over in order; false as for one.</summary>
    public unsafe bool Submit(ReadOnlySpan<NativeCommand> commands)
    {
        if (!TryEnter())
        {
            foreach (var command in commands)
            {
                Slab.Release(command.Slab);
            }

            return false;
        }

        try
        {
            fixed (NativeCommand* first = commands)
            {
                return QuicNative.Submit(handle, first, (nuint)commands.Length) == 0;
            }
        }
        finally
        {
            DangerousRelease();
        }
    }

    /// <summary>Keeps the context for one call; <see cref="SafeHandle.DangerousRelease"/> ends it. False when it is gone.</summary>
    public bool TryEnter()
    {
        var entered = false;
        try
        {
            DangerousAddRef(ref entered);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        return entered;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        QuicNative.Free(handle);
        return true;
    }
}
