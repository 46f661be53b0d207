using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Keys;

/// <summary>
/// A private key on disk, readable by its owner only. With a password it is an encrypted keystore (<see cref="Keystore"/>); plain (<c>{"privateKey":"0x..."}</c>) only on
/// a devnet.
/// </summary>
public static class KeyFile
{
    /// <summary>Environment variable that holds the password of encrypted keystores.</summary>
    public const string PasswordVariable = "CLUSTERCAST_PASSWORD";

    /// <summary>Opens a key or creates one where none is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="devnet">Whether plain keys are allowed.</param>
    /// <param name="random">For a new key.</param>
    /// <exception cref="NodeException">The password is missing or wrong, the file is damaged, or the key is plain outside a devnet.</exception>
    public static PrivateKey OpenOrCreate(string path, bool devnet, IRandomSource random)
    {
        if (File.Exists(path))
        {
            return Open(path, devnet);
        }

        var key = PrivateKey.Create(random);
        Save(path, key, devnet, random);
        return key;
    }

    /// <summary>Opens a key. Throws <see cref="NodeException"/>.</summary>
    public static PrivateKey Open(string path, bool devnet)
    {
        JsonObject json;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("no object");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NodeException($"The key file {path} is not there.", ExitCode.Usage);
        }
        catch (JsonException)
        {
            throw new NodeException($"The key file {path} is damaged: it is not JSON. Restore it from its backup.", ExitCode.Data);
        }

        if (json["privateKey"] is not { } privateKey)
        {
            return Keystore.Decrypt(json, Password(path), path);
        }

        if (!devnet)
        {
            throw new NodeException($"The key file {path} is not encrypted, which is allowed on a devnet only. Remove it, set {PasswordVariable} and start again for a new key.", ExitCode.Usage);
        }

        try
        {
            return PrivateKey.Parse(privateKey.GetValue<string>());
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new NodeException($"The key file {path} is damaged: {e.Message}", ExitCode.Data);
        }
    }

    /// <summary>Writes a key with mode 0600; never over an existing file.</summary>
    public static void Save(string path, PrivateKey key, bool devnet, IRandomSource random)
    {
        var password = Environment.GetEnvironmentVariable(PasswordVariable);
        if (string.IsNullOrEmpty(password) && !devnet)
        {
            Password(path);
        }

        var json = string.IsNullOrEmpty(password)
            ? new JsonObject { ["address"] = key.Address.ToString(), ["privateKey"] = Hex.Encode(key.Export()) }
            : Keystore.Encrypt(key, password, random);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        JsonSerializer.Serialize(file, json);
        file.Flush(flushToDisk: true);
    }

    private static string Password(string path) => Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password
        ? password
        : throw new NodeException($"The key in {path} needs a password. Set the environment variable {PasswordVariable}.", ExitCode.Usage);
}
