using System.Security.Cryptography;

namespace ClusterCast.Media.Rtmp.Server;

/// <summary>Checks of the publish key.</summary>
public static class PublishKey
{
    /// <summary>Compares two publish keys in a time that does not depend on where they differ.</summary>
    public static bool Matches(string expected, string given) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(expected)), SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(given)));

    /// <summary>A check that knows one key.</summary>
    public static PublishKeyCheck Single(string expected) => given => Matches(expected, given);
}
