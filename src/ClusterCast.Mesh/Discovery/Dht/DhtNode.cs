using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>A node of the BitTorrent Mainline DHT, with the port mapping that comes with it. Thread-safe.</summary>
public sealed class DhtNode : IAsyncDisposable
{
    private const int LargestState = 1 << 20;
    private const int MappingsAtOnce = 16;
    private const int ErrorBytes = 256;

    // Peers of one lookup; further ones are dropped, so that a flood of announcements stays cheap.
    private const int PeersALookup = 256;
    private static readonly TimeSpan ListenBound = TimeSpan.FromSeconds(5);

    private readonly DhtNative.Handle _handle;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DhtPump _pump;
    private readonly bool _warms;
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _bootstrapped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private ImmutableList<(DhtTopic Topic, ChannelWriter<IPEndPoint> To)> _lookups = [];
    private ImmutableList<TaskCompletionSource<DhtStatistics>> _asked = [];
    private IPAddress? _external;
    private int _disposed;

    private DhtNode(DhtNative.Handle handle, bool warms, TimeProvider time, ILogger log)
    {
        _handle = handle;
        _warms = warms;
        _time = time;
        _log = log;
        _pump = new DhtPump(handle, OnEvent);
    }

    /// <summary>A gateway has answered a wish of <see cref="MapPort"/>. Raised on the node's own thread; handlers must not block.</summary>
    public event Action<PortMapping>? PortMapped;

    /// <summary>The first address that it listens on.</summary>
    public IPEndPoint Local => _listening.Task.Result;

    /// <summary>Ends when the first lookup of its own neighbourhood is done.</summary>
    public Task Bootstrapped => _bootstrapped.Task;

    /// <summary>The address that gateway or other nodes see; null before they have told.</summary>
    public IPAddress? ExternalAddress => Volatile.Read(ref _external);

    /// <summary>Opens a node and waits until it listens. Throws <see cref="MeshException"/> for a wrong address and a port in use.</summary>
    /// <param name="options">Where, and into which network.</param>
    /// <param name="state">Of an earlier life, from <see cref="Save"/>; null for none. One that cannot be read is left out.</param>
    /// <param name="time">The clock of the bounds of lookups.</param>
    /// <param name="logging">Logging.</param>
    public static DhtNode Open(DhtOptions options, byte[]? state = null, TimeProvider? time = null, ILoggerFactory? logging = null)
    {
        var log = (logging ?? NullLoggerFactory.Instance).CreateLogger("ClusterCast.Mesh.Dht");
        var handle = TryOpen(options, state, out var cause);
        if (handle is null && state is not null)
        {
            log.LogWarning("The state of the DHT cannot be read ({Cause}); it begins anew", cause);
            handle = TryOpen(options, null, out cause);
        }

        if (handle is null)
        {
            throw new MeshException($"The DHT cannot be opened ({cause}): bootstrap nodes are written host:port.");
        }

        var node = new DhtNode(handle, warms: !options.Public, time ?? TimeProvider.System, log);
        try
        {
            if (node._listening.Task.Wait(ListenBound))
            {
                return node;
            }
        }
        catch (AggregateException e) when (e.InnerException is MeshException refusal)
        {
            node.Close();
            throw refusal;
        }

        node.Close();
        throw new MeshException($"The DHT did not listen on {string.Join(", ", options.Listen)} within {ListenBound.TotalSeconds} s: choose another address.");
    }

    /// <summary>Announces that this host serves a topic at a port.</summary>
    public unsafe void Announce(DhtTopic topic, ushort port)
    {
        fixed (byte* bytes = DhtTopic.Span(topic))
        {
            Check(DhtNative.Announce(_handle, bytes, port));
        }
    }

    /// <summary>Looks a topic up for so long: those who were announced there, each once, at most 256. They are hints: anybody may announce anything. Ends with the node.</summary>
    public async IAsyncEnumerable<IPEndPoint> FindAsync(DhtTopic topic, TimeSpan bound, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var found = Channel.CreateBounded<IPEndPoint>(new BoundedChannelOptions(PeersALookup) { FullMode = BoundedChannelFullMode.DropWrite });
        var entry = (topic, found.Writer);
        using var over = new CancellationTokenSource(bound, _time);
        await using var ends = over.Token.Register(() => found.Writer.TryComplete()).ConfigureAwait(false);
        lock (_gate)
        {
            _lookups = _lookups.Add(entry);
        }

        try
        {
            if (!TryAsk(topic))
            {
                yield break;
            }

            var seen = new HashSet<IPEndPoint>();
            await foreach (var peer in found.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                if (seen.Count < PeersALookup && seen.Add(peer))
                {
                    yield return peer;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _lookups = _lookups.Remove(entry);
            }
        }
    }

    /// <summary>What the node holds.</summary>
    public Task<DhtStatistics> StatisticsAsync(CancellationToken cancel = default)
    {
        var asked = new TaskCompletionSource<DhtStatistics>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _asked = _asked.Add(asked);
        }

        Check(DhtNative.RequestStatistics(_handle));
        return asked.Task.WaitAsync(cancel);
    }

    /// <summary>The node ids, one for each address that it listens on.</summary>
    public unsafe IReadOnlyList<DhtTopic> NodeIds()
    {
        const int most = 16;
        var bytes = stackalloc byte[most * DhtNative.IdSize];
        var count = Check(DhtNative.NodeIds(_handle, bytes, most));
        var ids = new DhtTopic[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = DhtTopic.From(new ReadOnlySpan<byte>(bytes + (i * DhtNative.IdSize), DhtNative.IdSize));
        }

        return ids;
    }

    /// <summary>The nodes of the routing tables, for the next life. The node id is a new one then: it follows the external address (BEP 42).</summary>
    public unsafe byte[] Save()
    {
        for (var size = 16 * 1024; size <= LargestState; size *= 4)
        {
            var buffer = new byte[size];
            fixed (byte* bytes = buffer)
            {
                var written = DhtNative.Save(_handle, bytes, (nuint)size);
                if (written != DhtNative.TooSmall)
                {
                    return buffer[..Check(written)];
                }
            }
        }

        throw new MeshException($"The state of the DHT is larger than {LargestState} bytes; it is not kept.");
    }

    /// <summary>Asks the gateways to map a port; what they say comes by <see cref="PortMapped"/>. Returns the handles; none without <see cref="DhtOptions.MapPorts"/>.</summary>
    public unsafe IReadOnlyList<int> MapPort(bool udp, ushort externalPort, ushort localPort)
    {
        var handles = new int[MappingsAtOnce];
        fixed (int* into = handles)
        {
            return handles[..Check(DhtNative.MapPort(_handle, udp ? 1 : 0, externalPort, localPort, into, MappingsAtOnce))];
        }
    }

    /// <summary>Gives a mapping back.</summary>
    public void UnmapPort(int handle) => Check(DhtNative.UnmapPort(_handle, handle));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Waits for the threads of the engine.
            await Task.Run(Close).ConfigureAwait(false);
        }
    }

    private static unsafe DhtNative.Handle? TryOpen(DhtOptions options, byte[]? state, out string cause)
    {
        var flags = (options.IsLocal ? DhtNative.Flags.Local : 0)
            | (options.MapPorts ? DhtNative.Flags.MapPorts : 0)
            | (options.ReadOnly ? DhtNative.Flags.ReadOnly : 0)
            | (options.Public ? 0 : DhtNative.Flags.Learn);
        var bootstrap = options.Public ? options.Bootstrap.Concat(DhtOptions.PublicBootstrap) : options.Bootstrap;
        var error = stackalloc byte[ErrorBytes];
        fixed (byte* bytes = state)
        {
            var handle = DhtNative.Open(
                string.Join(',', options.Listen), string.Join(',', bootstrap), bytes, (nuint)(state?.Length ?? 0), flags, error, ErrorBytes);
            cause = handle.IsInvalid ? Marshal.PtrToStringUTF8((nint)error) ?? "" : "";
            return handle.IsInvalid ? null : handle;
        }
    }

    private unsafe bool TryAsk(DhtTopic topic)
    {
        try
        {
            fixed (byte* bytes = DhtTopic.Span(topic))
            {
                Check(DhtNative.Find(_handle, bytes));
            }

            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private void OnEvent(in DhtNative.Event e, ReadOnlySpan<byte> data)
    {
        switch (e.Type)
        {
            case DhtNative.EventType.Listening:
                _listening.TrySetResult(new IPEndPoint(IPAddress.Parse(Encoding.ASCII.GetString(data)), e.Code));
                break;
            case DhtNative.EventType.ListenFailed:
                _listening.TrySetException(new MeshException($"The DHT cannot listen: {Encoding.UTF8.GetString(data)}. Choose another address or port 0."));
                break;
            case DhtNative.EventType.Bootstrapped:
                if (_warms && !_bootstrapped.Task.IsCompleted)
                {
                    DhtNative.Warm(_handle);
                }

                _bootstrapped.TrySetResult();
                break;
            case DhtNative.EventType.Peers:
                Deliver(DhtTopic.From(e.Topic), data);
                break;
            case DhtNative.EventType.Statistics:
                Answer(MemoryMarshal.Cast<byte, long>(data));
                break;
            case DhtNative.EventType.Mapped:
                PortMapped?.Invoke(new PortMapping(e.Handle, (ushort)e.Code, ExternalAddress, null));
                break;
            case DhtNative.EventType.MappingFailed:
                PortMapped?.Invoke(new PortMapping(e.Handle, null, ExternalAddress, Encoding.UTF8.GetString(data)));
                break;
            case DhtNative.EventType.ExternalAddress:
                Volatile.Write(ref _external, DhtPump.ReadPeer(data).Address);
                break;
            case DhtNative.EventType.Dropped:
                _log.LogWarning("The DHT had more news than were taken; some are lost");
                break;
            case DhtNative.EventType.Error:
                _log.LogDebug("DHT: {Cause}", Encoding.UTF8.GetString(data));
                break;
        }
    }

    private void Deliver(DhtTopic topic, ReadOnlySpan<byte> data)
    {
        foreach (var (asked, to) in Volatile.Read(ref _lookups))
        {
            for (var rest = data; asked == topic && rest.Length >= DhtNative.PeerSize; rest = rest[DhtNative.PeerSize..])
            {
                to.TryWrite(DhtPump.ReadPeer(rest));
            }
        }
    }

    private void Answer(ReadOnlySpan<long> values)
    {
        var statistics = new DhtStatistics(values[0], values[1], values[2], values[3], values[4]);
        foreach (var asked in Interlocked.Exchange(ref _asked, []))
        {
            asked.TrySetResult(statistics);
        }
    }

    private void Close()
    {
        _pump.Stop();
        _handle.Dispose();
        foreach (var (_, to) in Volatile.Read(ref _lookups))
        {
            to.TryComplete();
        }

        foreach (var asked in Interlocked.Exchange(ref _asked, []))
        {
            asked.TrySetCanceled();
        }

        _bootstrapped.TrySetCanceled();
    }

    private static int Check(int result) => result >= 0 ? result : throw new MeshException("The DHT engine has failed inside: restart the node.");
}
