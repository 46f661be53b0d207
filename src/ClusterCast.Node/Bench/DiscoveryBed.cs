using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Bench;

/// <summary>A relay of the lab with a stream of its own.</summary>
internal sealed record LabRelay(MeshNode Mesh, MeshOptions Options, StreamId Stream);

/// <summary>
/// Mesh nodes of the lab, all in this process on loopback: real QUIC and TLS, real nodes of the DHT on UDP ports of their own, folders of their own. They know no peers
/// but the bootstrap nodes of the DHT.
/// </summary>
internal sealed class DiscoveryBed : IAsyncDisposable
{
    private static readonly Domains Domains = Domains.Of(31_337, Name(1), Name(2), Name(3));
    private static readonly IPEndPoint Free = new(IPAddress.Loopback, 0);

    private readonly PrivateKey _signingKey = PrivateKey.Create(SystemRandomSource.Instance);
    private readonly string _folder = Directory.CreateTempSubdirectory("clustercast-bench-").FullName;
    private int _count;

    /// <summary>The relays that live.</summary>
    public List<LabRelay> Relays { get; } = [];

    /// <summary>Topics of a stream.</summary>
    public static IReadOnlyList<DhtTopic> Topics(StreamId stream) => DhtTopic.OfStream(Domains.RelayStaking, stream);

    /// <summary>Starts a relay that carries a stream that nobody else has.</summary>
    public LabRelay StartRelay(IReadOnlyList<string> bootstrap)
    {
        var relay = Start(new StreamId((ulong)(1_000 + _count)), Options(PeerRole.Relay, bootstrap) with { TlsListen = Free, QuicListen = Free, CarryOnly = [] });
        Relays.Add(relay);
        return relay;
    }

    /// <summary>Starts a stopped relay again with its key and folder, but without bootstrap nodes.</summary>
    public LabRelay Restart(LabRelay stopped)
    {
        var relay = Start(stopped.Stream, stopped.Options with { Dht = stopped.Options.Dht! with { Bootstrap = [] } });
        Relays.Add(relay);
        return relay;
    }

    /// <summary>Starts a viewer.</summary>
    public MeshNode StartViewer(IReadOnlyList<string> bootstrap)
    {
        var viewer = new MeshNode(Options(PeerRole.Viewer, bootstrap));
        viewer.Start();
        return viewer;
    }

    /// <summary>Stops relays at once. Their sockets close without a word to the DHT, as those of a killed process do.</summary>
    public async Task StopAsync(IReadOnlyCollection<LabRelay> relays)
    {
        Relays.RemoveAll(relays.Contains);
        await Task.WhenAll(relays.Select(relay => relay.Mesh.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync([.. Relays]).ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private static Address Name(byte last)
    {
        var bytes = new byte[Address.Size];
        bytes[^1] = last;
        return Address.From(bytes);
    }

    private LabRelay Start(StreamId stream, MeshOptions options)
    {
        var mesh = new MeshNode(options);
        mesh.Start();
        var publisher = mesh.Publish(new TrackKey(stream, 480), (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), _signingKey);
        publisher.SetInit("bench"u8);
        publisher.AddPart(new byte[1_000], (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), startsWindow: true);
        return new LabRelay(mesh, options, stream);
    }

    private MeshOptions Options(PeerRole role, IReadOnlyList<string> bootstrap) => new()
    {
        Role = role,
        NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
        Domains = Domains,
        SigningKeys = new OneKey(_signingKey.Address),
        DataDirectory = Path.Combine(_folder, $"{_count++}"),
        RelaysANetwork = 1_000,
        Dht = new DhtOptions { Listen = [Free], Bootstrap = bootstrap, ReadOnly = role == PeerRole.Viewer },
    };

    private sealed class OneKey(Address key) : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address address, ulong timeMs) => address == key;
    }
}
