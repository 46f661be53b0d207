using ClusterCast.Mesh.Scoring;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Discovery;

/// <summary>
/// Keeps the node connected to a handful of relays: the bootstrap peers, remembered good ones, and those whose records it has seen. A peer that does not answer
/// is dialed again after 0.5 s, then after twice as long each time up to 30 s.
/// </summary>
internal sealed class PeerKeeper(
    MeshOptions options, ConnectionTable connections, RecordBook book, BanList bans, Func<DialAddress, Address?, CancellationToken, Task<PeerConnection>> dial, ILogger log)
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (long At, TimeSpan Wait)> _failed = [];
    private readonly Dictionary<string, Address> _answered = [];
    private readonly HashSet<string> _dialing = [];
    private readonly List<BootstrapPeer> _first = [];
    private readonly Lock _gate = new();
    private string _remembered = "";

    private string? PeersFile => options.DataDirectory is { } directory ? Path.Combine(directory, "peers.json") : null;

    /// <summary>Reads the bootstrap file and the remembered peers. Throws <see cref="MeshException"/> for a wrong bootstrap file.</summary>
    public void Load()
    {
        _first.AddRange(options.BootstrapPeers);
        if (options.BootstrapFile is { } file)
        {
            _first.AddRange(BootstrapFile.Read(file));
        }

        if (PeersFile is { } remembered && File.Exists(remembered))
        {
            try
            {
                _first.AddRange(BootstrapFile.Read(remembered));
            }
            catch (MeshException e)
            {
                log.LogWarning("{Cause} It is left out", e.Message);
            }
        }
    }

    /// <summary>Dials where a connection is missing. Never blocks.</summary>
    public void Update(CancellationToken cancel)
    {
        lock (_gate)
        {
            var limit = Math.Clamp(options.MaxPeers, 1, 8);
            var free = limit - connections.All.Where(peer => peer is { IsClosing: false, Role: PeerRole.Relay }).Select(peer => peer.Node).Distinct().Count() - _dialing.Count;
            foreach (var (node, url) in Known())
            {
                if (free <= 0)
                {
                    return;
                }

                if (IsDue(node, url) && DialAddress.TryParse(url, out var address))
                {
                    _dialing.Add(url);
                    free--;
                    _ = DialAsync(node, url, address, cancel);
                }
            }
        }
    }

    /// <summary>Writes the connected relays to the file of remembered peers, when they have changed.</summary>
    public void Remember()
    {
        if (PeersFile is not { } file)
        {
            return;
        }

        var good = connections.Ready
            .Where(peer => peer is { Role: PeerRole.Relay, Node: not null })
            .Select(peer => book.Find(peer.Node!.Value))
            .OfType<RelayRecord>()
            .DistinctBy(record => record.Node)
            .Select(record => new BootstrapPeer(record.Node, Url(record)!))
            .Where(peer => peer.Url is not null)
            .OrderBy(peer => peer.Url, StringComparer.Ordinal)
            .ToList();
        var text = string.Join(' ', good);
        if (good.Count == 0 || text == _remembered)
        {
            return;
        }

        _remembered = text;
        try
        {
            BootstrapFile.Write(file, good);
        }
        catch (MeshException e)
        {
            log.LogWarning("{Cause}", e.Message);
        }
    }

    /// <summary>The address of a relay that this node can dial; null when there is none.</summary>
    public string? Url(RelayRecord record) =>
        record.Endpoints.FirstOrDefault(e => e.Kind == options.DialBy && DialAddress.TryParse(e.Url, out var parsed) && parsed.Kind == e.Kind).Url;

    private IEnumerable<(Address? Node, string Url)> Known()
    {
        foreach (var peer in _first)
        {
            yield return (peer.Node ?? (_answered.TryGetValue(peer.Url, out var node) ? node : null), peer.Url);
        }

        foreach (var record in book.Current)
        {
            if (Url(record) is { } url)
            {
                yield return (record.Node, url);
            }
        }
    }

    private bool IsDue(Address? node, string url)
    {
        if (_dialing.Contains(url) || (_failed.TryGetValue(url, out var failed) && options.Time.GetElapsedTime(failed.At) < failed.Wait))
        {
            return false;
        }

        return node is not { } known || (known != options.NodeKey.Address && !connections.IsConnected(known) && !bans.IsBanned(known));
    }

    private async Task DialAsync(Address? node, string url, DialAddress address, CancellationToken cancel)
    {
        Address? answered = null;
        try
        {
            var peer = await dial(address, node, cancel);
            answered = peer.Node;
        }
        catch (MeshException e)
        {
            log.LogDebug("{Url}: {Cause}", url, e.Message);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (_gate)
        {
            _dialing.Remove(url);
            if (answered is { } known)
            {
                _answered[url] = known;
                _failed.Remove(url);
                return;
            }

            var wait = _failed.TryGetValue(url, out var failed) ? failed.Wait * 2 : FirstBackoff;
            _failed[url] = (options.Time.GetTimestamp(), wait < LongestBackoff ? wait : LongestBackoff);
            if (_failed.Count > RecordBook.Capacity)
            {
                _failed.Remove(_failed.MinBy(f => f.Value.At).Key);
            }
        }
    }
}
