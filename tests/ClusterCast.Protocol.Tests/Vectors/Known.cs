using System.Numerics;
using System.Text;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Keys, addresses, hashes and bytes that every vector derives from a label or a seed.</summary>
internal static class Known
{
    public const ulong ChainId = 31337;

    public static Domains Domains { get; } = Domains.Of(ChainId, Account("StreamKeys"), Account("RelayStaking"), Account("TicketBroker"));

    public static PrivateKey SigningKey { get; } = Key("signing key");

    public static PrivateKey NodeKey { get; } = Key("node key");

    public static PrivateKey ViewingKey { get; } = Key("viewing key");

    public static PrivateKey OwnerKey { get; } = Key("owner key");

    public static Address MaxAddress { get; } = Address.From(Enumerable.Repeat((byte)0xff, Address.Size).ToArray());

    public static Hash32 MaxHash { get; } = Hash32.From(Enumerable.Repeat((byte)0xff, Hash32.Size).ToArray());

    public static StreamId MaxStream { get; } = new(MaxHash);

    public static Hash32 Hash(string label) => Keccak256.Hash(Encoding.UTF8.GetBytes("clustercast vectors " + label));

    public static PrivateKey Key(string label) => PrivateKey.From(Hash(label).Span);

    public static Address Account(string label) => Address.From(Hash(label).Span[12..]);

    /// <summary><c>bytes[i] = (seed + i * 31 + (i >> 8)) &amp; 0xff</c>.</summary>
    public static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(seed + (i * 31) + (i >> 8));
        }

        return bytes;
    }

    /// <summary>The group order of secp256k1 less one: the largest private key.</summary>
    public static PrivateKey LargestKey { get; } = PrivateKey.Parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140");

    public static PrivateKey SmallestKey { get; } = PrivateKey.Parse("0x0000000000000000000000000000000000000000000000000000000000000001");

    public static string Decimal(BigInteger value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
