using System.Text.Json.Nodes;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Tests.Keys;

public sealed class KeystoreTests
{
    private const string Password = "testpassword";

    // The PBKDF2 test vector of the Web3 Secret Storage Definition, version 3.
    private const string Vector = """
        {
          "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": { "c": 262144, "dklen": 32, "prf": "hmac-sha256", "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd" },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
          },
          "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
          "version": 3
        }
        """;

    [Fact]
    public void The_official_vector_opens() => Assert.Equal(
        "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d",
        Hex.Encode(Keystore.Decrypt(Json(), Password, "vector.json").Export()));

    [Fact]
    public void What_is_encrypted_has_the_fields_of_the_definition_and_opens_again()
    {
        var key = PrivateKey.Create(SystemRandomSource.Instance);

        var json = Keystore.Encrypt(key, Password, SystemRandomSource.Instance);

        Assert.Equal(3, (int?)json["version"]);
        Assert.Equal(key.Address.ToString()[2..].ToLowerInvariant(), (string?)json["address"]);
        Assert.True(Guid.TryParse((string?)json["id"], out _));
        Assert.True((int?)json["crypto"]!["kdfparams"]!["c"] >= 262_144);
        Assert.DoesNotContain(Convert.ToHexStringLower(key.Export()), json.ToJsonString());
        Assert.Equal(key.Export(), Keystore.Decrypt(JsonNode.Parse(json.ToJsonString())!.AsObject(), Password, "own.json").Export());
    }

    [Fact]
    public void A_wrong_password_is_one_sentence_that_does_not_show_it()
    {
        var e = Sentence.Refused(ExitCode.Usage, () => Keystore.Decrypt(Json(), "guess-4711", "vector.json"), "password", "vector.json");

        Assert.DoesNotContain("guess-4711", e.Message);
    }

    [Theory]
    [InlineData("cipher", "aes-256-gcm")]
    [InlineData("kdf", "scrypt")]
    public void Another_scheme_is_named_as_such(string field, string value)
    {
        var json = Json();
        json["crypto"]![field] = value;

        Sentence.Refused(ExitCode.Data, () => Keystore.Decrypt(json, Password, "vector.json"), "vector.json", "another scheme");
    }

    [Theory]
    [InlineData("crypto")]
    [InlineData("crypto/mac")]
    [InlineData("crypto/ciphertext")]
    [InlineData("crypto/kdfparams")]
    [InlineData("crypto/kdfparams/salt")]
    [InlineData("crypto/kdfparams/c")]
    [InlineData("crypto/cipherparams")]
    [InlineData("crypto/cipherparams/iv")]
    public void A_missing_or_malformed_field_is_damage(string path)
    {
        foreach (var replacement in (JsonNode?[])[null, "no hex", new JsonArray()])
        {
            var json = Json();
            var names = path.Split('/');
            names[..^1].Aggregate((JsonNode)json, (node, name) => node[name]!)[names[^1]] = replacement;

            Sentence.Refused(ExitCode.Data, () => Keystore.Decrypt(json, Password, "vector.json"), "vector.json", "damaged");
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_ciphertext_does_not_open()
    {
        var json = Json();
        var text = (string)json["crypto"]!["ciphertext"]!;
        json["crypto"]!["ciphertext"] = (text[0] == '5' ? '4' : '5') + text[1..];

        Assert.Throws<NodeException>(() => Keystore.Decrypt(json, Password, "vector.json"));
    }

    private static JsonObject Json() => JsonNode.Parse(Vector)!.AsObject();
}
