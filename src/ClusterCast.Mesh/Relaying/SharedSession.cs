using ClusterCast.Mesh.Sessions;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Relaying;

/// <summary>The serving session of one connection, made safe for its receive loop and its send loop.</summary>
internal sealed class SharedSession(StreamId stream, IServingSession session) : IDisposable
{
    private bool _disposed;

    /// <summary>The stream that the session pays for.</summary>
    public StreamId Stream { get; } = stream;

    /// <summary>A session frame of the subscriber.</summary>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        lock (session)
        {
            if (!_disposed)
            {
                session.OnFrame(type, body);
            }
        }
    }

    /// <summary>Whether a leaf may be sent.</summary>
    public bool TrySpend(int leafBytes)
    {
        lock (session)
        {
            return !_disposed && session.TrySpend(leafBytes);
        }
    }

    /// <summary>A window was sent to its last head.</summary>
    public void OnWindowServed(SignedHead lastHead, ulong servedBytes, bool complete)
    {
        lock (session)
        {
            if (!_disposed)
            {
                session.OnWindowServed(lastHead, servedBytes, complete);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (session)
        {
            if (!_disposed)
            {
                _disposed = true;
                session.Dispose();
            }
        }
    }
}
