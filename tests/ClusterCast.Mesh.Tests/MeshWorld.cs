using System.Net;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Mesh.Tests.Transports.Lane;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests;

/// <summary>A small mesh on loopback: real TLS or QUIC, free ports, a data directory of its own; all of it gone at the end.</summary>
/// <param name="by">What carries the connections between nodes.</param>
/// <param name="loss">Share of packets that are lost, for QUIC; with any, all tracks are protected.</param>
internal sealed class MeshWorld(EndpointKind by = EndpointKind.Tls, double loss = 0) : IAsyncDisposable
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    public static readonly TrackKey Track = new(new StreamId(1), 480);
    public static readonly Domains Domains = Domains.Of(31_337, At(1), At(2), At(3));

    private readonly List<MeshNode> _nodes = [];
    private readonly Dictionary<Address, LossyProxy> _proxies = [];
    private readonly Random _random = new(7);
    private readonly List<byte[]> _sent = [];
    private ulong _time = 1_000_000;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("mesh-test-").FullName;

    /// <summary>What the nodes logged as errors: every one is a defect.</summary>
    public ErrorLog Complaints { get; } = new();

    public PrivateKey SigningKey { get; } = Key(99);

    public ISigningKeys SigningKeys => new OneKey(SigningKey.Address);

    public string BootstrapPath => Path.Combine(Directory, "bootstrap.json");

    public IReadOnlyList<byte[]> Sent
    {
        get
        {
            lock (_sent)
            {
                return [.. _sent];
            }
        }
    }

    public static Address At(byte last)
    {
        var bytes = new byte[Address.Size];
        bytes[^1] = last;
        return Address.From(bytes);
    }

    public static PrivateKey Key(byte number)
    {
        var bytes = new byte[32];
        bytes[0] = 1;
        bytes[31] = number;
        return PrivateKey.From(bytes);
    }

    public MeshOptions Options(PeerRole role, byte key) => new()
    {
        Role = role,
        NodeKey = Key(key),
        Domains = Domains,
        SigningKeys = SigningKeys,
        DataDirectory = Path.Combine(Directory, key.ToString()),
        BootstrapFile = File.Exists(BootstrapPath) ? BootstrapPath : null,
        LossProtection = loss > 0 ? LossProtection.On : LossProtection.Auto,
        Random = new SeededRandom(key),

        // A machine that runs many tests at once is no full relay.
        MaxSendDelay = TimeSpan.FromMinutes(1),
        Logging = Complaints,
    };

    public MeshNode Start(MeshOptions options)
    {
        var node = new MeshNode(options);
        _nodes.Add(node);
        node.Start();
        return node;
    }

    /// <summary>Ends a node before the world ends, and keeps nothing of it.</summary>
    public async Task End(MeshNode node)
    {
        _nodes.Remove(node);
        await node.DisposeAsync();
    }

    public MeshNode Relay(byte key, Func<MeshOptions, MeshOptions>? change = null)
    {
        var at = new IPEndPoint(IPAddress.Loopback, 0);
        var options = Options(PeerRole.Relay, key) with { TlsListen = by == EndpointKind.Tls ? at : null, QuicListen = by == EndpointKind.Quic ? at : null };
        var relay = Start(change?.Invoke(options) ?? options);
        if (loss > 0)
        {
            _proxies[relay.NodeId] = new LossyProxy(relay.QuicEndpoint!, loss, key);
            relay.SetEndpoints([new Endpoint(EndpointKind.Quic, AddressOf(relay))]);
        }

        return relay;
    }

    public MeshNode Broadcaster(byte key, Func<MeshOptions, MeshOptions>? change = null)
    {
        var options = Options(PeerRole.Broadcaster, key) with { PushTo = 1 };
        return Start(change?.Invoke(options) ?? options);
    }

    public MeshNode Viewer(byte key, Func<MeshOptions, MeshOptions>? change = null)
    {
        var options = Options(PeerRole.Viewer, key);
        return Start(change?.Invoke(options) ?? options);
    }

    /// <summary>Makes a relay the one that later nodes find first.</summary>
    public void Bootstrap(params MeshNode[] relays) =>
        BootstrapFile.Write(BootstrapPath, relays.Select(relay => new BootstrapPeer(relay.NodeId, AddressOf(relay))));

    private string AddressOf(MeshNode relay) => _proxies.TryGetValue(relay.NodeId, out var proxy) ? $"quic://{proxy.Local}"
        : relay.QuicEndpoint is { } quic ? $"quic://{quic}"
        : $"tls://{relay.TlsEndpoint}";

    public Publisher Publish(MeshNode broadcaster, ulong run = 1)
    {
        var publisher = broadcaster.Publish(Track, run, SigningKey);
        publisher.SetInit("init of the track"u8);
        return publisher;
    }

    /// <summary>Publishes the next part; a window has <paramref name="partsPerWindow"/> parts.</summary>
    public byte[] Add(Publisher publisher, int bytes = 20_000, int partsPerWindow = 4)
    {
        var part = new byte[bytes];
        _random.NextBytes(part);
        lock (_sent)
        {
            publisher.AddPart(part, _time += 100, startsWindow: _sent.Count % partsPerWindow == 0);
            _sent.Add(part);
        }

        return part;
    }

    /// <summary>The next part that a subscription gives out.</summary>
    public static async Task<ReceivedPart> Next(TrackSubscription subscription)
    {
        using var bound = new CancellationTokenSource(Bound);
        return await subscription.Parts.ReadAsync(bound.Token);
    }

    /// <summary>Ends when the condition holds; it is looked at whenever one of the nodes has done its housekeeping.</summary>
    public async Task Until(Func<bool> condition)
    {
        var holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (condition())
            {
                holds.TrySetResult();
            }
        }

        var nodes = _nodes.ToList();
        nodes.ForEach(node => node.HouseKept += Look);
        try
        {
            Look();
            await holds.Task.WaitAsync(Bound);
        }
        finally
        {
            nodes.ForEach(node => node.HouseKept -= Look);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        await Task.WhenAll(_proxies.Values.Select(proxy => proxy.DisposeAsync().AsTask()));
        System.IO.Directory.Delete(Directory, recursive: true);
        Assert.Empty(Complaints.Errors);
    }
}

/// <summary>One key signs every stream.</summary>
internal sealed class OneKey(Address key) : ISigningKeys
{
    public bool IsSigningKey(StreamId stream, Address address, ulong timeMs) => address == key;
}

/// <summary>Repeatable randomness.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes)
    {
        lock (_random)
        {
            _random.NextBytes(bytes);
        }
    }
}
