using ClusterCast.Mesh.Transports.Quic.Native;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>Write commands of a socket's connections that cross into native code together. Thread-safe.</summary>
internal sealed class QuicWriteQueue(QuicContextHandle context) : IWriteQueue
{
    // So many leaves keep the worker busy while the next ones are collected.
    private const int Capacity = 64;

    private readonly NativeCommand[] _commands = new NativeCommand[Capacity];
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>Queues a command; its slab is taken over.</summary>
    public void Add(in NativeCommand command)
    {
        lock (_gate)
        {
            _commands[_count++] = command;
            if (_count == Capacity)
            {
                HandOver();
            }
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        lock (_gate)
        {
            HandOver();
        }
    }

    private void HandOver()
    {
        if (_count > 0)
        {
            context.Submit(_commands.AsSpan(0, _count));
            _count = 0;
        }
    }
}
