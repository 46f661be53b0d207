using System.Text;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Node.Bench.Hops;

/// <summary>Keys and names that all processes of a measured chain derive alike. They are worth nothing.</summary>
internal static class HopKeys
{
    /// <summary>The measured track.</summary>
    public static TrackKey Track { get; } = new(new StreamId(1), 1080);

    /// <summary>A deployment that is on no chain.</summary>
    public static Domains Domains { get; } = Domains.Of(31_337, Node(201).Address, Node(202).Address, Node(203).Address);

    /// <summary>The key that signs the parts.</summary>
    public static PrivateKey Signing { get; } = Node(200);

    /// <summary>Trusts that key and no other.</summary>
    public static ISigningKeys Trust { get; } = new OneKey(Signing.Address);

    /// <summary>The key of a place.</summary>
    public static PrivateKey Node(byte number) => PrivateKey.From(Keccak256.Hash(Encoding.UTF8.GetBytes($"clustercast bench hop {number}")).Span);

    /// <summary>The place with this key; null for a node of another chain.</summary>
    public static int? NumberOf(Address node) => Enumerable.Range(1, 200).Select(number => (int?)number).FirstOrDefault(number => Node((byte)number!.Value).Address == node);

    private sealed class OneKey(Address key) : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address address, ulong timeMs) => address == key;
    }
}
