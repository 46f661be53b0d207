namespace ClusterCast.Media.Tests.Support;

/// <summary>What real publishers sent to a server of ours: all bytes from the handshake to the first seconds of media.</summary>
public static class Captures
{
    /// <summary>C0, C1 and C2.</summary>
    public const int HandshakeBytes = 1 + 2 * 1536;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Rtmp", "Fixtures");

    public static IReadOnlyList<byte[]> All { get; } =
        [.. Directory.GetFiles(Folder, "*.bin").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));
}
