using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using ClusterCast.Mesh.Transports.Quic.Native;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>One connection past its handshake. Thread-safe.</summary>
internal sealed class QuicConnection
{
    private readonly QuicContextHandle _context;
    private readonly QuicWriteQueue _writes;
    private readonly ulong _handle;
    private readonly int _lowWater;
    private readonly Channel<QuicStream> _opened = Channel.CreateUnbounded<QuicStream>();
    private readonly TaskCompletionSource<QuicClose> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<long, QuicStream> _streams = [];
    private readonly Dictionary<long, TaskCompletionSource<QuicStream>> _opening = [];
    private readonly List<Waiter> _blocked = [];
    private readonly Lock _gate = new();
    private nint _peer;
    private QuicConnectionStatistics _lastFigures;
    private QuicException? _fault;
    private long _lastCookie;
    private ulong _written;
    private ulong _left;
    private long _datagrams;

    /// <summary>A connection that the native side has told of. Takes over the reference to its <c>ccq_peer</c>.</summary>
    internal QuicConnection(QuicContextHandle context, QuicWriteQueue writes, in NativeEvent connected, int lowWater)
    {
        _context = context;
        _writes = writes;
        _handle = connected.Connection;
        _lowWater = lowWater;
        _peer = connected.Slab;
        IsServer = (connected.Flags & 1) != 0;
        ref var peer = ref Slab.Header<NativePeer>(_peer);
        Alpn = Encoding.UTF8.GetString(((ReadOnlySpan<byte>)peer.Alpn)[..(int)peer.AlpnLength]);
        Remote = peer.Remote.ToEndPoint();
        PeerCertificate = peer.CertificateLength == 0 ? null : Slab.Bytes(_peer, Unsafe.SizeOf<NativePeer>(), (int)peer.CertificateLength).ToArray();
    }

    /// <summary>Datagrams that may wait to be sent.</summary>
    private const int MaxWaitingDatagrams = 128;

    /// <summary>The protocol that both sides speak.</summary>
    public string Alpn { get; }

    /// <summary>Whether the peer dialed.</summary>
    public bool IsServer { get; }

    /// <summary>The peer's address now; it changes when the peer moves.</summary>
    public IPEndPoint Remote { get; private set; }

    /// <summary>The peer's leaf certificate, DER; null when it has shown none.</summary>
    public byte[]? PeerCertificate { get; }

    /// <summary>Called for each datagram on the endpoint's event thread; must not block, and the bytes are gone when it returns.</summary>
    public Action<ReadOnlySpan<byte>>? Datagram { get; set; }

    /// <summary>Ends with the connection, and says how.</summary>
    public Task<QuicClose> Closed => _closed.Task;

    /// <summary>Where writes of the socket's connections are collected.</summary>
    public IWriteQueue WriteQueue => _writes;

    /// <summary>Bytes that a datagram may have now; 0 when the peer takes none.</summary>
    public int MaxDatagram => (int)Statistics.MaxDatagram;

    /// <summary>What was measured.</summary>
    public QuicConnectionStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return _peer == 0 ? _lastFigures : Slab.Header<NativePeer>(_peer).Figures;
            }
        }
    }

    /// <summary>Opens a stream; waits while the peer allows no more. Among streams with something to send, the least priority goes first.</summary>
    public async ValueTask<QuicStream> OpenAsync(bool bidirectional, CancellationToken cancel, ulong priority = 0)
    {
        var opening = new TaskCompletionSource<QuicStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        long cookie;
        lock (_gate)
        {
            if (_fault is { } fault)
            {
                throw fault;
            }

            cookie = ++_lastCookie;
            _opening[cookie] = opening;
        }

        Submit(CommandKind.Open, cookie, bidirectional ? CommandFlags.None : CommandFlags.Unidirectional, priority);
        try
        {
            return await opening.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            // The stream may still open: then nobody wants it.
            _ = opening.Task.ContinueWith(
                static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>The next stream that the peer has opened; null when the connection has ended.</summary>
    public async ValueTask<QuicStream?> AcceptStreamAsync(CancellationToken cancel)
    {
        while (await _opened.Reader.WaitToReadAsync(cancel))
        {
            if (_opened.Reader.TryRead(out var stream))
            {
                stream.MarkAccepted();
                return stream;
            }
        }

        return null;
    }

    /// <summary>Sends a datagram (RFC 9221), which may be lost. False when it is too large, too many wait, or the connection has ended.</summary>
    public bool TrySendDatagram(ReadOnlySpan<byte> bytes)
    {
        var figures = Statistics;
        if (bytes.Length > (int)figures.MaxDatagram || Volatile.Read(ref _fault) is not null)
        {
            return false;
        }

        if (Interlocked.Increment(ref _datagrams) - (long)figures.DatagramsDone > MaxWaitingDatagrams)
        {
            Interlocked.Decrement(ref _datagrams);
            return false;
        }

        var slab = Slab.Of(bytes);
        if (slab == 0)
        {
            Interlocked.Decrement(ref _datagrams);
            return false;
        }

        return Submit(CommandKind.Datagram, -1, slab: slab, length: (uint)bytes.Length);
    }

    /// <summary>Ends the connection; what was written and not acknowledged may be lost.</summary>
    public void Close(ulong code, string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason.Length > 200 ? reason[..200] : reason);
        var slab = Slab.Of(text);
        Submit(CommandKind.Close, -1, value: code, slab: slab, length: slab == 0 ? 0 : (uint)text.Length);
    }

    /// <summary>Takes new keys (RFC 9001 §6).</summary>
    public void UpdateKey() => Submit(CommandKind.UpdateKey, -1);

    /// <summary>Hands a command over; false when there is nobody to take it.</summary>
    internal bool Submit(
        CommandKind op, long stream, CommandFlags flags = CommandFlags.None, ulong value = 0, nint slab = 0, uint length = 0)
    {
        if (op is CommandKind.Write or CommandKind.Reset or CommandKind.Close)
        {
            _writes.Flush(); // what was written before must not come after
        }

        return _context.Submit(new NativeCommand { Op = op, Flags = flags, Connection = _handle, Stream = stream, Value = value, Slab = slab, Length = length });
    }

    /// <summary>Hands a command over with the next ones of other connections.</summary>
    internal void Queue(CommandKind op, long stream, CommandFlags flags, nint slab, uint length) =>
        _writes.Add(new NativeCommand { Op = op, Flags = flags, Connection = _handle, Stream = stream, Slab = slab, Length = length });

    /// <summary>Makes room for bytes to send; false when too many wait.</summary>
    internal bool TryReserve(int bytes, out bool notify)
    {
        lock (_gate)
        {
            notify = false;
            if (_written - _left >= (ulong)_lowWater && _fault is null)
            {
                return false;
            }

            _written += (ulong)bytes;
            notify = _written - _left >= (ulong)_lowWater;
            return true;
        }
    }

    /// <summary>Arms the waiter; false when there is room by now.</summary>
    internal bool TryWaitForRoom(Waiter waiter, out ValueTask wait)
    {
        lock (_gate)
        {
            if (_written - _left < (ulong)_lowWater || _fault is not null)
            {
                wait = default;
                return false;
            }

            _blocked.Add(waiter);
            wait = waiter.Arm();
            return true;
        }
    }

    /// <summary>The waiter does not wait for room any more.</summary>
    internal void ForgetWaiter(Waiter waiter)
    {
        lock (_gate)
        {
            _blocked.Remove(waiter);
        }
    }

    /// <summary>An event of this connection, on the event thread. Takes over the slab's reference.</summary>
    internal void On(in NativeEvent told)
    {
        switch (told.Type)
        {
            case EventKind.Opened:
                OnOpened(told);
                break;
            case EventKind.PeerOpened:
                var opened = Add(told.Stream, isLocal: false);
                _opened.Writer.TryWrite(opened);
                break;
            case EventKind.Data when Find(told.Stream) is { } stream:
                stream.OnData(told);
                return;
            case EventKind.PeerReset:
                Find(told.Stream)?.OnPeerReset(told.Value);
                break;
            case EventKind.PeerStopped:
                Find(told.Stream)?.OnPeerStopped();
                break;
            case EventKind.StreamClosed:
                OnStreamClosed(told.Stream);
                break;
            case EventKind.Writable:
                OnWritable(told.Value);
                break;
            case EventKind.Datagram:
                Datagram?.Invoke(told.Bytes);
                break;
            case EventKind.Migrated:
                Remote = Slab.Header<NativeAddress>(told.Slab).ToEndPoint();
                break;
            case EventKind.Closed:
                End(new QuicClose((QuicCloseCause)told.Flags, told.Value, Encoding.UTF8.GetString(told.Bytes)));
                break;
        }

        Slab.Release(told.Slab);
    }

    private void OnOpened(in NativeEvent told)
    {
        var stream = Add(told.Stream, isLocal: true);
        TaskCompletionSource<QuicStream>? opening;
        lock (_gate)
        {
            _opening.Remove((long)told.Value, out opening);
        }

        opening?.TrySetResult(stream);
    }

    private void OnStreamClosed(long id)
    {
        QuicStream? stream;
        lock (_gate)
        {
            _streams.Remove(id, out stream);
        }

        stream?.OnClosed();
    }

    private void OnWritable(ulong left)
    {
        lock (_gate)
        {
            _left = left;
            foreach (var waiter in _blocked)
            {
                waiter.Wake();
            }
        }
    }

    private void End(QuicClose close)
    {
        var fault = new QuicException($"{Remote}: {close}.", close);
        List<QuicStream> streams;
        List<TaskCompletionSource<QuicStream>> opening;
        lock (_gate)
        {
            _fault = fault;
            _lastFigures = Slab.Header<NativePeer>(_peer).Figures;
            Slab.Release(_peer);
            _peer = 0;
            streams = [.. _streams.Values];
            _streams.Clear();
            opening = [.. _opening.Values];
            _opening.Clear();
            _blocked.ForEach(waiter => waiter.Wake());
        }

        streams.ForEach(stream => stream.OnConnectionEnded(fault));
        opening.ForEach(waiting => waiting.TrySetException(fault));
        _opened.Writer.TryComplete();
        _closed.TrySetResult(close);
    }

    private QuicStream Add(long id, bool isLocal)
    {
        var stream = new QuicStream(this, id, isLocal);
        lock (_gate)
        {
            _streams[id] = stream;
        }

        return stream;
    }

    private QuicStream? Find(long id)
    {
        lock (_gate)
        {
            return _streams.GetValueOrDefault(id);
        }
    }
}
