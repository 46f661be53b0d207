using System.Text.Json;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Scoring;

/// <summary>Nodes that sent corrupt media, each with the end of its ban. Kept in a file, so that a restart forgives nobody. Thread-safe.</summary>
public sealed class BanList
{
    private readonly Dictionary<Address, DateTimeOffset> _until = [];
    private readonly TimeProvider _time;
    private readonly string? _path;
    private readonly ILogger _log;

    /// <summary>Loads the file when there is one; a damaged one is put aside.</summary>
    /// <param name="path">The file; null keeps the bans in memory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told when the file cannot be used.</param>
    public BanList(string? path, TimeProvider time, ILogger log)
    {
        _path = path;
        _time = time;
        _log = log;
        if (path is null || !File.Exists(path))
        {
            return;
        }

        try
        {
            foreach (var (node, until) in JsonSerializer.Deserialize<Dictionary<string, DateTimeOffset>>(File.ReadAllText(path)) ?? [])
            {
                _until[Address.Parse(node)] = until;
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException)
        {
            log.LogWarning("The ban file '{Path}' cannot be read ({Cause}); it is put aside as .damaged", path, e.Message);
            File.Move(path, path + ".damaged", overwrite: true);
        }
    }

    /// <summary>The nodes that are banned now.</summary>
    public IReadOnlyList<Address> Current
    {
        get
        {
            lock (_until)
            {
                var now = _time.GetUtcNow();
                return [.. _until.Where(ban => ban.Value > now).Select(ban => ban.Key)];
            }
        }
    }

    /// <summary>Whether a node is banned now.</summary>
    public bool IsBanned(Address node)
    {
        lock (_until)
        {
            return _until.TryGetValue(node, out var until) && until > _time.GetUtcNow();
        }
    }

    /// <summary>Bans a node from now on.</summary>
    public void Ban(Address node, TimeSpan life)
    {
        lock (_until)
        {
            var now = _time.GetUtcNow();
            foreach (var (old, until) in _until.ToList())
            {
                if (until <= now)
                {
                    _until.Remove(old);
                }
            }

            _until[node] = now + life;
            if (_path is null)
            {
                return;
            }

            try
            {
                AtomicFile.Write(_path, JsonSerializer.Serialize(_until.ToDictionary(ban => ban.Key.ToString(), ban => ban.Value)));
            }
            catch (MeshException e)
            {
                _log.LogWarning("{Cause}", e.Message);
            }
        }
    }
}
