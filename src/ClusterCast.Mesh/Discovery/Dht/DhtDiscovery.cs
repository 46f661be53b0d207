using System.Net;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>
/// A mesh node's part in the DHT: announces what its relay carries and looks for what is missing. The DHT is for rendezvous only: news travel by gossip,
/// since an announcement may wait 15 s for nodes that have just died.
/// </summary>
internal sealed class DhtDiscovery : IAsyncDisposable
{
    private static readonly TimeSpan JoinLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(1);

    private readonly DhtOptions _options;
    private readonly MeshOptions _mesh;
    private readonly ILogger _log;
    private readonly DhtStateFile _state;
    private readonly TopicBoard _board;
    private readonly Rendezvous _rendezvous;
    private readonly Dictionary<StreamId, DhtSubject> _streams = [];
    private readonly DhtSubject[] _regions;
    private readonly Action _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watch;
    private readonly ushort _port;
    private volatile bool _joined;

    /// <summary>Opens the node. Throws <see cref="MeshException"/>.</summary>
    /// <param name="options">Of the DHT; the mesh options have them too.</param>
    /// <param name="mesh">Of the node.</param>
    /// <param name="port">The port that relays are announced with; 0 announces nothing.</param>
    /// <param name="dial">Connects to an address of the DHT.</param>
    /// <param name="changed">Called when the node has entered the network.</param>
    public DhtDiscovery(DhtOptions options, MeshOptions mesh, int port, Func<IPEndPoint, CancellationToken, Task> dial, Action changed)
    {
        _options = options;
        _mesh = mesh;
        _port = (ushort)port;
        _changed = changed;
        _log = mesh.Logging.CreateLogger("ClusterCast.Mesh.Dht");
        _state = new DhtStateFile(mesh.DataDirectory, _log);
        Node = DhtNode.Open(options, _state.Read(), mesh.Time, mesh.Logging);
        _board = new TopicBoard(mesh.Time, topic => Node.Announce(topic, _port));
        _rendezvous = new Rendezvous(Node.FindAsync, dial, options.IsLocal, mesh.Time, _log);
        var domain = mesh.Domains.RelayStaking;
        _regions = options.Region.Length == 0 ? [DhtSubject.Of(domain, "")] : [DhtSubject.Of(domain, options.Region), DhtSubject.Of(domain, "")];
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>The node.</summary>
    public DhtNode Node { get; }

    /// <summary>What the node held when it was last asked.</summary>
    public DhtStatistics Statistics { get; private set; }

    /// <summary>Announces and searches what is due. Never blocks. One caller at a time.</summary>
    /// <param name="carried">Streams that this relay carries.</param>
    /// <param name="missing">Streams that are wanted and that no known relay carries.</param>
    /// <param name="isLonely">Whether hardly any relay is connected.</param>
    public void Update(IEnumerable<StreamId> carried, IEnumerable<StreamId> missing, bool isLonely)
    {
        if (!_joined)
        {
            return;
        }

        if (_mesh.Role == PeerRole.Relay && _port != 0)
        {
            _board.Update([.. _regions, .. carried.Distinct().Select(SubjectOf)]);
        }

        _rendezvous.Update([.. missing.Distinct().Select(SubjectOf), .. isLonely ? _regions : []], _stop.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        await _rendezvous.IdleAsync();
        if (_joined)
        {
            _state.Write(Node);
        }

        await Node.DisposeAsync();
        _stop.Dispose();
    }

    private DhtSubject SubjectOf(StreamId stream)
    {
        if (!_streams.TryGetValue(stream, out var subject))
        {
            if (_streams.Count >= 2 * WireLimits.Tracks)
            {
                _streams.Clear();
            }

            _streams[stream] = subject = DhtSubject.Of(_mesh.Domains.RelayStaking, stream);
        }

        return subject;
    }

    private async Task WatchAsync()
    {
        var look = JoinLook;
        var savedAt = _mesh.Time.GetTimestamp();
        try
        {
            while (true)
            {
                Statistics = await Node.StatisticsAsync(_stop.Token);
                if (!_joined && Statistics.Nodes > 0)
                {
                    _joined = true;
                    _changed();
                }

                // A node that knows nobody, as the first of a network, looks less and less often.
                look = _joined || look * 1.1 > SlowLook ? SlowLook : look * 1.1;
                if (_joined && _mesh.Time.GetElapsedTime(savedAt) > SaveEvery)
                {
                    savedAt = _mesh.Time.GetTimestamp();
                    _state.Write(Node);
                }

                await Task.Delay(look, _mesh.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (MeshException e)
        {
            _log.LogError("{Cause}", e.Message);
        }
    }
}
