using System.Runtime.CompilerServices;
using ClusterCast.Mesh.Transports.Quic.Native;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>One stream of a connection. One reader and one writer at a time; the two do not disturb each other.</summary>
internal sealed class QuicStream : IDisposable
{
    private const int LargestWrite = 64 * 1024;

    private readonly QuicConnection _connection;
    private readonly ReceiveQueue _received;
    private readonly Waiter _reader = new();
    private readonly Waiter _writer = new();
    private readonly Lock _gate = new();
    private readonly bool _isLocal;
    private bool _finished;
    private bool _stopped;
    private bool _completed;
    private bool _closed;
    private bool _accepted;
    private bool _released;
    private IOException? _readFault;
    private IOException? _writeFault;

    /// <summary>A stream that the native side knows.</summary>
    internal QuicStream(QuicConnection connection, long id, bool isLocal)
    {
        _connection = connection;
        _isLocal = isLocal;
        _received = new ReceiveQueue(bytes => connection.Submit(CommandKind.Consume, Id, value: (ulong)bytes));
        Id = id;
    }

    /// <summary>The stream's id (RFC 9000 §2.1).</summary>
    public long Id { get; }

    /// <summary>Whether both sides may send.</summary>
    public bool IsBidirectional => (Id & 2) == 0;

    private bool MayRead => IsBidirectional || !_isLocal;

    private bool MayWrite => IsBidirectional || _isLocal;

    /// <summary>Bytes received, 0 at the end. Throws <see cref="IOException"/> when the peer reset the stream or the connection is lost.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (TryRead(into.Span, out var count))
            {
                return new ValueTask<int>(count);
            }
        }

        return WaitAndReadAsync(into, cancel);
    }

    /// <summary>Sends bytes; waits while the connection has too much to send. Throws <see cref="IOException"/> when the peer wants no more or the connection is lost.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Math.Min(bytes.Length, LargestWrite);
            if (!TryWrite(bytes.Span[..count]))
            {
                return WaitAndWriteAsync(bytes, cancel);
            }

            bytes = bytes[count..];
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Makes room for bytes that are queued next; false when the connection has too much to send. Throws as <see cref="WriteAsync"/>.</summary>
    public bool TryReserve(int bytes, out bool notify)
    {
        ThrowIfNotWritable();
        return _connection.TryReserve(bytes, out notify);
    }

    /// <summary>Puts a copy of bytes with room into the connection's write queue.</summary>
    public void Queue(ReadOnlySpan<byte> bytes, bool notify)
    {
        if (!bytes.IsEmpty)
        {
            _connection.Queue(CommandKind.Write, Id, notify ? CommandFlags.Notify : CommandFlags.None, Copy(bytes), (uint)bytes.Length);
        }
    }

    /// <summary>Puts a frame with room into the connection's write queue, by reference.</summary>
    public void Queue(SharedPiece frame, bool notify)
    {
        QuicNative.SlabRetain(frame.Slab);
        _connection.Queue(CommandKind.Write, Id, notify ? CommandFlags.Notify : CommandFlags.None, frame.Slab, (uint)frame.Length);
    }

    /// <summary>Nothing more will be written.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            if (!MayWrite || _completed)
            {
                return;
            }

            _completed = true;
        }

        _connection.Submit(CommandKind.Write, Id, CommandFlags.Fin);
    }

    /// <summary>Gives up what was written and not received; the peer gets the code.</summary>
    public void Reset(ulong code)
    {
        lock (_gate)
        {
            if (!MayWrite || _writeFault is not null)
            {
                return;
            }

            _completed = true;
            _writeFault = new IOException("The stream was reset by this side.");
        }

        _writer.Wake();
        _connection.Submit(CommandKind.Reset, Id, value: code);
    }

    /// <summary>Asks the peer to send no more and drops what has come.</summary>
    public void StopSending(ulong code)
    {
        lock (_gate)
        {
            if (!MayRead || _stopped)
            {
                return;
            }

            _stopped = true;
            _received.Clear();
            _readFault ??= new IOException("The stream is not read any more.");
            if (!_finished)
            {
                _connection.Submit(CommandKind.Stop, Id, value: code);
            }

            ReleaseIfDone();
        }

        _reader.Wake();
    }

    /// <summary>Changes the order among the connection's streams: less is sent first.</summary>
    public void Prioritize(ulong priority) => _connection.Submit(CommandKind.Prioritize, Id, value: priority);

    /// <summary>Gives up both directions, as far as they are not at their end.</summary>
    public void Dispose()
    {
        StopSending(0);
        if (!_completed)
        {
            Reset(0);
        }
    }

    /// <summary>The application has the stream.</summary>
    internal void MarkAccepted()
    {
        lock (_gate)
        {
            _accepted = true;
            ReleaseIfDone();
        }
    }

    /// <summary>Bytes have come. Takes over the slab's reference.</summary>
    internal void OnData(in NativeEvent data)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                _received.Discard(data.Slab, (int)data.Length);
            }
            else if (data.Slab != 0)
            {
                _received.Add(data.Slab, (int)data.Offset, (int)data.Length);
            }

            _finished |= (data.Flags & 1) != 0;
        }

        _reader.Wake();
    }

    /// <summary>The peer gave up what it had sent.</summary>
    internal void OnPeerReset(ulong code)
    {
        lock (_gate)
        {
            _finished = true;
            _received.Clear();
            _readFault ??= new QuicStreamException(code, $"The peer reset the stream with code {code}.");
            ReleaseIfDone();
        }

        _reader.Wake();
    }

    /// <summary>The peer wants no more.</summary>
    internal void OnPeerStopped()
    {
        lock (_gate)
        {
            _completed = true;
            _writeFault ??= new QuicStreamException(null, "The peer stopped reading the stream.");
        }

        _writer.Wake();
    }

    /// <summary>No event of this stream follows.</summary>
    internal void OnClosed()
    {
        lock (_gate)
        {
            _closed = true;
            ReleaseIfDone();
        }
    }

    /// <summary>The connection has ended. What has come can still be read.</summary>
    internal void OnConnectionEnded(QuicException why)
    {
        lock (_gate)
        {
            _released = true;
            _readFault ??= _finished ? null : why;
            _writeFault ??= why;
        }

        _reader.Wake();
        _writer.Wake();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAndReadAsync(Memory<byte> into, CancellationToken cancel)
    {
        while (true)
        {
            ValueTask wait;
            lock (_gate)
            {
                if (TryRead(into.Span, out var count))
                {
                    return count;
                }

                wait = _reader.Arm();
            }

            using (_reader.WakeOn(cancel))
            {
                await wait;
            }

            cancel.ThrowIfCancellationRequested();
        }
    }

    private bool TryRead(Span<byte> into, out int count)
    {
        if (!MayRead)
        {
            throw new InvalidOperationException("Only the peer reads this stream.");
        }

        count = _received.Take(into);
        if (count == 0 && !(_finished && _readFault is null))
        {
            return _readFault is { } fault ? throw fault : false;
        }

        ReleaseIfDone();
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAndWriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Math.Min(bytes.Length, LargestWrite);
            if (TryWrite(bytes.Span[..count]))
            {
                bytes = bytes[count..];
                continue;
            }

            if (!_connection.TryWaitForRoom(_writer, out var wait))
            {
                continue;
            }

            // A fault that came before the waiter was armed has woken nobody.
            if (Volatile.Read(ref _writeFault) is not null)
            {
                _writer.Wake();
            }

            using (_writer.WakeOn(cancel))
            {
                await wait;
            }

            _connection.ForgetWaiter(_writer);
        }
    }

    private void ThrowIfNotWritable()
    {
        lock (_gate)
        {
            if (_writeFault is { } fault)
            {
                throw fault;
            }

            if (_completed || !MayWrite)
            {
                throw new InvalidOperationException("This side does not write to the stream any more.");
            }
        }
    }

    private static nint Copy(ReadOnlySpan<byte> bytes) => Slab.Of(bytes) is var slab and not 0 ? slab : throw new QuicException("There is no memory to send with.");

    private bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        ThrowIfNotWritable();
        if (!_connection.TryReserve(bytes.Length, out var notify))
        {
            return false;
        }

        _connection.Submit(CommandKind.Write, Id, notify ? CommandFlags.Notify : CommandFlags.None, slab: Copy(bytes), length: (uint)bytes.Length);
        return true;
    }

    // The peer may open another stream only when this one is closed and its taker is done with it.
    private void ReleaseIfDone()
    {
        if (_closed && !_released && !_isLocal && _accepted && _received.IsEmpty)
        {
            _released = true;
            _connection.Submit(CommandKind.Release, Id);
        }
    }
}
