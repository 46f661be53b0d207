using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ClusterCast.Mesh.Transports.Quic.Native;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>One UDP socket that accepts and dials QUIC connections. Thread-safe.</summary>
internal sealed class QuicEndpoint : IAsyncDisposable
{
    /// <summary>The first byte of a bare datagram is below this, so that nobody takes it for QUIC (RFC 9443).</summary>
    public const byte RawLimit = 64;

    private const int Batch = 256;
    private const int PollMs = 1_000;
    private const int AddressInUse = 98;

    private readonly QuicOptions _options;
    private readonly QuicContextHandle _context;
    private readonly QuicWriteQueue _writes;
    private readonly ILogger _log;
    private readonly Thread _events;
    private readonly TaskCompletionSource _eventsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Action<QuicConnection>> _accepted = [];
    private readonly Dictionary<ulong, TaskCompletionSource<QuicConnection>> _dialing = [];
    private readonly Dictionary<ulong, QuicConnection> _connections = [];
    private readonly Lock _gate = new();
    private int _disposed;

    /// <summary>Opens the socket. Throws <see cref="MeshException"/> when the library is missing or the address cannot be used.</summary>
    public QuicEndpoint(QuicOptions options)
    {
        if (!IsSupported)
        {
            throw new MeshException("libclustercast_quic.so or a library that it needs is missing: run `make native`, or go on without QUIC.");
        }

        _options = options;
        _log = options.Logging.CreateLogger("ClusterCast.Mesh.Quic");
        _context = new QuicContextHandle(Open(options));
        _writes = new QuicWriteQueue(_context);
        QuicNative.Local(_context.DangerousGetHandle(), out var local);
        Local = local.ToEndPoint();
        _events = new Thread(TakeEvents) { Name = $"quic {Local.Port}", IsBackground = true };
        _events.Start();
    }

    /// <summary>Whether this machine has the native library.</summary>
    public static bool IsSupported => QuicNative.IsThere;

    /// <summary>The address that the socket is bound to.</summary>
    public IPEndPoint Local { get; }

    /// <summary>What the socket has seen.</summary>
    public QuicEndpointStatistics Statistics
    {
        get
        {
            var statistics = default(QuicEndpointStatistics);
            if (_context.TryEnter())
            {
                QuicNative.GetStats(_context.DangerousGetHandle(), out statistics);
                _context.DangerousRelease();
            }

            return statistics;
        }
    }

    /// <summary>Called for each bare datagram on the event thread; must not block, and the bytes are gone when it returns.</summary>
    public Action<IPEndPoint, ReadOnlySpan<byte>>? Raw { get; set; }

    /// <summary>Accepts connections of an ALPN; once more, it replaces certificate and taker for later ones. Connections are handed over on the thread pool.</summary>
    public void Accept(string alpn, QuicServer how, Action<QuicConnection> accepted)
    {
        using var identity = QuicIdentityHandle.Create(alpn, how.Certificate, how.RequireClientCertificate);
        lock (_gate)
        {
            _accepted[alpn] = accepted;
        }

        Use(context => QuicNative.Serve(context, identity.DangerousGetHandle()), "accept connections");
    }

    /// <summary>Dials. Throws <see cref="QuicException"/> when it fails, <see cref="OperationCanceledException"/> when it is cancelled.</summary>
    public async Task<QuicConnection> DialAsync(IPEndPoint to, QuicClient how, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var dialing = new TaskCompletionSource<QuicConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handle = Connect(to, how, dialing);
        try
        {
            return await dialing.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                _dialing.Remove(handle);
            }

            if (dialing.Task.IsCompletedSuccessfully)
            {
                dialing.Task.Result.Close(0, "");
            }
            else
            {
                _context.Submit(new NativeCommand { Op = CommandKind.Close, Connection = handle });
            }

            throw;
        }
    }

    /// <summary>Sends a bare datagram whose first byte is below <see cref="RawLimit"/>. False when it is not, or the socket is closed.</summary>
    public bool TrySendRaw(IPEndPoint to, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] >= RawLimit || bytes.Length > _options.MaxUdpPayload)
        {
            return false;
        }

        var header = Unsafe.SizeOf<NativeAddress>();
        var slab = QuicNative.SlabNew((nuint)(header + bytes.Length));
        if (slab == 0)
        {
            return false;
        }

        Slab.Header<NativeAddress>(slab) = NativeAddress.From(to);
        bytes.CopyTo(Slab.Bytes(slab, header, bytes.Length));
        return _context.Submit(new NativeCommand { Op = CommandKind.Raw, Slab = slab, Length = (uint)bytes.Length });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _eventsEnded.Task;
            return;
        }

        _writes.Flush();
        await Task.Run(() => QuicNative.Stop(_context.DangerousGetHandle()));
        await _eventsEnded.Task;
        _events.Join();
        _context.Dispose();
        _writes.Flush(); // what came too late lets go of its memory
    }

    private static unsafe nint Open(QuicOptions options)
    {
        var config = new NativeConfig
        {
            Size = (uint)sizeof(NativeConfig),
            Flags = (options.SegmentationOffload ? 0u : 1u) | (options.ReceiveOffload ? 2u : 0u) | (options.ProbePath ? 0u : 4u) | (options.AckAtOnce ? 8u : 0u),
            Local = NativeAddress.From(options.Local),
            Congestion = (uint)options.Congestion,
            MaxUdpPayload = (uint)options.MaxUdpPayload,
            IdleTimeoutMs = (uint)options.IdleTimeout.TotalMilliseconds,
            HandshakeTimeoutMs = (uint)options.HandshakeTimeout.TotalMilliseconds,
            KeepAliveMs = (uint)options.KeepAlive.TotalMilliseconds,
            StreamWindow = (uint)options.StreamWindow,
            ConnectionWindow = (uint)options.ConnectionWindow,
            MaxBidirectional = (uint)options.MaxBidirectional,
            MaxUnidirectional = (uint)options.MaxUnidirectional,
            LowWater = (uint)options.LowWater / 2,
            MaxConnections = (uint)options.MaxConnections,
            RetryAbove = (uint)options.RetryAbove,
            MaxHandshakes = (uint)options.MaxHandshakes,
            AddressRate = (uint)options.AddressRate,
            AddressBurst = (uint)options.AddressBurst,
            AckEvery = (uint)options.AckEvery,
            Cpu = options.Processor ?? -1,
        };
        var secret = new Span<byte>(config.Secret, 32);
        if (options.Secret is { } given)
        {
            given.AsSpan(0, 32).CopyTo(secret);
        }
        else
        {
            RandomNumberGenerator.Fill(secret);
        }

        var result = QuicNative.Open(config, out var context);
        return result == 0 ? context : throw new MeshException(
            -result == AddressInUse
                ? $"UDP port {options.Local.Port} on {options.Local.Address} is already in use: stop the other program or choose another port."
                : $"UDP {options.Local} cannot be opened ({Marshal.GetPInvokeErrorMessage(-result)}): choose an address of this machine and a port that you may use.");
    }

    private ulong Connect(IPEndPoint to, QuicClient how, TaskCompletionSource<QuicConnection> dialing)
    {
        using var identity = QuicIdentityHandle.Create(how.Alpn, how.Certificate, requireCertificate: false);
        ulong handle = 0;

        // Under the lock, so that the answer does not come before its taker is known.
        lock (_gate)
        {
            Use(context => (handle = QuicNative.Connect(context, NativeAddress.From(to), identity.DangerousGetHandle(), how.ServerName)) == 0 ? -1 : 0, "dial");
            _dialing[handle] = dialing;
        }

        return handle;
    }

    private void Use(Func<nint, int> call, string what)
    {
        if (!_context.TryEnter())
        {
            throw new QuicException($"The socket is closed and cannot {what}.");
        }

        try
        {
            if (call(_context.DangerousGetHandle()) != 0)
            {
                throw new QuicException($"The socket cannot {what}: it is closing, or there is no memory.");
            }
        }
        finally
        {
            _context.DangerousRelease();
        }
    }

    private unsafe void TakeEvents()
    {
        var events = (NativeEvent*)NativeMemory.Alloc(Batch, (nuint)sizeof(NativeEvent));
        var context = _context.DangerousGetHandle();
        int count;
        while ((count = QuicNative.Poll(context, events, Batch, PollMs)) >= 0)
        {
            for (var i = 0; i < count; i++)
            {
                try
                {
                    Take(events[i]);
                }
                catch (Exception e)
                {
                    _log.LogError(e, "A QUIC event could not be handled");
                }
            }
        }

        NativeMemory.Free(events);
        _eventsEnded.SetResult();
    }

    private void Take(in NativeEvent told)
    {
        switch (told.Type)
        {
            case EventKind.Connected:
                OnConnected(told);
                return;
            case EventKind.Raw:
                Raw?.Invoke(Slab.Header<NativeAddress>(told.Slab).ToEndPoint(), told.Bytes);
                Slab.Release(told.Slab);
                return;
            case EventKind.Closed when !_connections.ContainsKey(told.Connection):
                OnDialFailed(told);
                return;
        }

        if (_connections.TryGetValue(told.Connection, out var connection))
        {
            if (told.Type == EventKind.Closed)
            {
                _connections.Remove(told.Connection);
            }

            connection.On(told);
        }
        else
        {
            Slab.Release(told.Slab);
        }
    }

    private void OnConnected(in NativeEvent told)
    {
        var connection = new QuicConnection(_context, _writes, told, _options.LowWater);
        _connections[told.Connection] = connection;
        Action<QuicConnection>? accepted = null;
        TaskCompletionSource<QuicConnection>? dialing = null;
        lock (_gate)
        {
            if (connection.IsServer)
            {
                _accepted.TryGetValue(connection.Alpn, out accepted);
            }
            else
            {
                _dialing.Remove(told.Connection, out dialing);
            }
        }

        if (accepted is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Endpoint.HandOver(state.Accepted, state.Connection), (Endpoint: this, Accepted: accepted, Connection: connection), preferLocal: false);
        }
        else if (dialing?.TrySetResult(connection) != true)
        {
            connection.Close(0, "");
        }
    }

    private void HandOver(Action<QuicConnection> accepted, QuicConnection connection)
    {
        try
        {
            accepted(connection);
        }
        catch (Exception e)
        {
            _log.LogError(e, "An accepted QUIC connection could not be taken");
            connection.Close(1, "");
        }
    }

    private void OnDialFailed(in NativeEvent told)
    {
        var close = new QuicClose((QuicCloseCause)told.Flags, told.Value, Encoding.UTF8.GetString(told.Bytes));
        Slab.Release(told.Slab);
        TaskCompletionSource<QuicConnection>? dialing;
        lock (_gate)
        {
            _dialing.Remove(told.Connection, out dialing);
        }

        dialing?.TrySetException(new QuicException($"No QUIC connection: {close}.", close));
    }
}
