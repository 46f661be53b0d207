using System.Text;

namespace ClusterCast.Mesh.Discovery;

/// <summary>Replaces small files as a whole.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside the target and renames, which POSIX makes one step. Throws <see cref="MeshException"/>.</summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, byte[] bytes)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var fresh = $"{path}.{Guid.NewGuid():N}.new";
            File.WriteAllBytes(fresh, bytes);
            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeshException($"'{path}' cannot be written ({e.Message}): check the rights and the free space of the data directory.", e);
        }
    }
}
