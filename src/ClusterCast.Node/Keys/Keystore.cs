using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Keys;

/// <summary>
/// Encrypted keystores in the form of the Web3 Secret Storage Definition, version 3, with PBKDF2-HMAC-SHA256 (262,144 rounds) and AES-128-CTR.
/// Other Ethereum tools read them.
/// </summary>
public static class Keystore
{
    private const int Rounds = 262_144;
    private const int MostRounds = 10_000_000;

    /// <summary>Encrypts a key.</summary>
    public static JsonObject Encrypt(PrivateKey key, string password, IRandomSource random)
    {
        var salt = new byte[32];
        var iv = new byte[16];
        var id = new byte[16];
        random.Fill(salt);
        random.Fill(iv);
        random.Fill(id);
        var derived = Derive(password, salt, Rounds);
        var ciphertext = Crypt(derived, iv, key.Export());
        return new JsonObject
        {
            ["version"] = 3,
            ["id"] = new Guid(id).ToString(),
            ["address"] = Convert.ToHexStringLower(key.Address.Span),
            ["crypto"] = new JsonObject
            {
                ["cipher"] = "aes-128-ctr",
                ["cipherparams"] = new JsonObject { ["iv"] = Convert.ToHexStringLower(iv) },
                ["ciphertext"] = Convert.ToHexStringLower(ciphertext),
                ["kdf"] = "pbkdf2",
                ["kdfparams"] = new JsonObject { ["c"] = Rounds, ["dklen"] = 32, ["prf"] = "hmac-sha256", ["salt"] = Convert.ToHexStringLower(salt) },
                ["mac"] = Convert.ToHexStringLower(Mac(derived, ciphertext).Span),
            },
        };
    }

    /// <summary>Decrypts a keystore. Throws <see cref="NodeException"/> for a wrong password, another scheme or a damaged file.</summary>
    public static PrivateKey Decrypt(JsonObject json, string password, string path)
    {
        try
        {
            var crypto = json["crypto"]!.AsObject();
            var parameters = crypto["kdfparams"]!.AsObject();
            if ((string?)crypto["cipher"] != "aes-128-ctr" || (string?)crypto["kdf"] != "pbkdf2" || (string?)parameters["prf"] != "hmac-sha256")
            {
                throw new NodeException($"The keystore {path} uses another scheme than pbkdf2 with aes-128-ctr. Convert it with the tool that made it.", ExitCode.Data);
            }

            var rounds = Math.Clamp((int)parameters["c"]!, 1, MostRounds);
            var derived = Derive(password, Convert.FromHexString((string)parameters["salt"]!), rounds);
            var ciphertext = Convert.FromHexString((string)crypto["ciphertext"]!);
            var mac = Convert.FromHexString((string)crypto["mac"]!);
            return CryptographicOperations.FixedTimeEquals(Mac(derived, ciphertext).Span, mac)
                ? PrivateKey.From(Crypt(derived, Convert.FromHexString((string)crypto["cipherparams"]!["iv"]!), ciphertext))
                : throw new NodeException($"The password does not open the keystore {path}.", ExitCode.Usage);
        }
        catch (Exception e) when (e is NullReferenceException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new NodeException($"The keystore {path} is damaged: a field is missing or malformed. Restore it from its backup.", ExitCode.Data);
        }
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, 32);

    private static Hash32 Mac(byte[] derived, byte[] ciphertext) => Keccak256.Hash([.. derived.AsSpan(16, 16), .. ciphertext]);

    // CTR mode from single blocks (NIST SP 800-38A §6.5): two blocks a key, so speed is of no concern.
    private static byte[] Crypt(byte[] derived, byte[] iv, byte[] data)
    {
        using var aes = Aes.Create();
        aes.Key = derived[..16];
        var counter = (byte[])iv.Clone();
        var result = new byte[data.Length];
        for (var offset = 0; offset < data.Length; offset += 16)
        {
            var pad = aes.EncryptEcb(counter, PaddingMode.None);
            for (var i = 0; i < Math.Min(16, data.Length - offset); i++)
            {
                result[offset + i] = (byte)(data[offset + i] ^ pad[i]);
            }

            for (var i = 15; i >= 0 && ++counter[i] == 0; i--)
            {
            }
        }

        return result;
    }
}
