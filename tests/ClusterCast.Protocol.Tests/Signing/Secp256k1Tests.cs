using System.Numerics;
using System.Security.Cryptography;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;

namespace ClusterCast.Protocol.Tests.Signing;

public sealed class Secp256k1Tests
{
    private static readonly BigInteger Order = BigInteger.Parse("115792089237316195423570985008687907852837564279074904382605163141518161494337");

    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000001", "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")]
    [InlineData("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")]
    public void Addresses_of_well_known_keys(string key, string address) => Assert.Equal(address, PrivateKey.Parse(key).Address.ToString());

    [Fact]
    public void Nonces_are_those_of_RFC_6979()
    {
        // The widely used secp256k1 vector: key 1, SHA-256 of "Satoshi Nakamoto".
        var digest = Hash32.From(SHA256.HashData("Satoshi Nakamoto"u8));
        Assert.Equal(
            "0x934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
            Hex.Encode(Known.SmallestKey.Sign(digest).Span[..64]));
    }

    [Fact]
    public void A_signature_recovers_its_signer_and_no_other_digest() => Properties.Hold(random =>
    {
        var key = PrivateKey.From(random.Bytes(32));
        var digest = Hash32.From(random.Bytes(32));
        var signature = key.Sign(digest);
        Assert.Equal(signature, key.Sign(digest));
        Assert.True(Secp256k1.TryRecover(digest, signature, out var signer));
        Assert.Equal(key.Address, signer);
        Assert.False(Secp256k1.TryRecover(Hash32.From(random.Bytes(32)), signature, out var other) && other == signer);
    });

    [Fact]
    public void The_twin_with_high_s_is_invalid() => Properties.Hold(random =>
    {
        var digest = Hash32.From(random.Bytes(32));
        var bytes = Known.NodeKey.Sign(digest).Span.ToArray();
        var twin = Order - new BigInteger(bytes.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        WriteWord(bytes.AsSpan(32, 32), twin);
        bytes[64] ^= 27 ^ 28;
        Assert.False(Secp256k1.TryRecover(digest, Signature.From(bytes), out var signer));
        Assert.True(signer.IsZero);
    }, 20);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(26)]
    [InlineData(29)]
    [InlineData(30)]
    [InlineData(255)]
    public void Another_v_is_invalid(byte v)
    {
        var digest = Known.Hash("v");
        var bytes = Known.NodeKey.Sign(digest).Span.ToArray();
        bytes[64] = v;
        Assert.False(Secp256k1.TryRecover(digest, Signature.From(bytes), out _));
    }

    [Fact]
    public void R_and_s_outside_their_range_are_invalid()
    {
        var digest = Known.Hash("range");
        foreach (var (word, value) in new[] { (0, BigInteger.Zero), (0, Order), (0, (BigInteger.One << 256) - 1), (1, BigInteger.Zero), (1, Order / 2 + 1), (1, Order), (1, (BigInteger.One << 256) - 1) })
        {
            var bytes = Known.NodeKey.Sign(digest).Span.ToArray();
            WriteWord(bytes.AsSpan(word * 32, 32), value);
            Assert.False(Secp256k1.TryRecover(digest, Signature.From(bytes), out _), $"{(word == 0 ? 'r' : 's')} = {value}");
        }

        Assert.False(Secp256k1.TryRecover(digest, default, out _));
    }

    [Fact]
    public void Half_the_order_is_the_largest_valid_s()
    {
        // Any s in range recovers some key: the bound itself is still good, see R_and_s_outside_their_range for the next one.
        var bytes = Known.NodeKey.Sign(Known.Hash("half")).Span.ToArray();
        WriteWord(bytes.AsSpan(32, 32), Order / 2);
        Assert.True(Secp256k1.TryRecover(Known.Hash("half"), Signature.From(bytes), out _));
    }

    [Fact]
    public void No_key_outside_the_group_is_taken()
    {
        Span<byte> order = stackalloc byte[32];
        WriteWord(order, Order);
        var bytes = order.ToArray();
        Assert.False(Secp256k1.IsPrivateKey(bytes));
        Assert.False(Secp256k1.IsPrivateKey(new byte[32]));
        Assert.False(Secp256k1.IsPrivateKey(new byte[31]));
        Assert.False(Secp256k1.IsPrivateKey([]));
        Assert.Throws<ArgumentException>(() => PrivateKey.From(bytes));
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(default, bytes));
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(default, []));
    }

    [Fact]
    public void A_key_that_cannot_be_read_is_not_repeated()
    {
        var secret = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff8";
        Assert.DoesNotContain(secret, Assert.Throws<FormatException>(() => PrivateKey.Parse(secret)).Message);
    }

    [Fact]
    public void A_fresh_key_skips_bytes_that_are_none()
    {
        var random = new Queue<byte[]>([new byte[32], Known.MaxHash.Span.ToArray(), Known.NodeKey.Export()]);
        Assert.Equal(Known.NodeKey.Address, PrivateKey.Create(new Scripted(random)).Address);
        Assert.Empty(random);
        Assert.NotEqual(PrivateKey.Create(SystemRandomSource.Instance).Address, PrivateKey.Create(SystemRandomSource.Instance).Address);
    }

    private static void WriteWord(Span<byte> word, BigInteger value)
    {
        word.Clear();
        Assert.True(value.TryWriteBytes(word[(32 - value.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true));
    }

    private sealed class Scripted(Queue<byte[]> values) : IRandomSource
    {
        public void Fill(Span<byte> bytes) => values.Dequeue().CopyTo(bytes);
    }
}
