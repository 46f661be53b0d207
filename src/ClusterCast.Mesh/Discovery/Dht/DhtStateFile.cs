using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>Keeps the state of the DHT over restarts. A failure is logged; the node then enters by its bootstrap nodes.</summary>
internal sealed class DhtStateFile(string? folder, ILogger log)
{
    private readonly string? _path = folder is null ? null : Path.Combine(folder, "dht.state");

    /// <summary>The state of the last life; null when there is none.</summary>
    public byte[]? Read()
    {
        try
        {
            return File.Exists(_path) ? File.ReadAllBytes(_path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("The state of the DHT cannot be read ({Cause}): check the rights of '{Path}'", e.Message, _path);
            return null;
        }
    }

    /// <summary>Replaces the state.</summary>
    public void Write(DhtNode node)
    {
        if (_path is null)
        {
            return;
        }

        try
        {
            AtomicFile.Write(_path, node.Save());
        }
        catch (MeshException e)
        {
            log.LogWarning("{Cause}", e.Message);
        }
    }
}
