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
            foreach (var (node, url, address) in Known())
            {
                if (free <= 0)
                {
                    return;
                }

                if (IsDue(node, url))
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
            .Select(record => DialAddress.TryChoose(record, options.DialBy, out var address) ? new BootstrapPeer(record.Node, UrlOf(address)) : null)
            .OfType<BootstrapPeer>()
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

    // One address is remembered: where both transports have one port number, that of QUIC stands for both.
    private static string UrlOf(DialAddress address)
    {
        var kept = address.Fallback is { } tls && tls.Authority != address.Uri.Authority ? tls : address.Uri;
        return kept.ToString().TrimEnd('/');
    }

    private IEnumerable<(Address? Node, string Url, DialAddress Address)> Known()
    {
        foreach (var peer in _first)
        {
            if (DialAddress.TryParse(peer.Url, out var address))
            {
                yield return (peer.Node ?? (_answered.TryGetValue(peer.Url, out var node) ? node : null), peer.Url, address);
            }
        }

        foreach (var record in book.Current)
        {
            if (DialAddress.TryChoose(record, options.DialBy, out var address))
            {
                yield return (record.Node, address.Uri.ToString(), address);
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
