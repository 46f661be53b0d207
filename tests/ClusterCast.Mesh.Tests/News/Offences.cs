using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Tests.News;

/// <summary>Offences of now, with signatures of the keys that are named.</summary>
internal static class Offences
{
    public static ulong Now => (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public static FalseReceipt FalseReceipt(PrivateKey relay, PrivateKey signingKey, ulong? time = null, bool isTrue = false)
    {
        var head = Head(20, "root", time) with { Flags = HeadFlags.Last };
        var receipt = new Receipt(
            relay.Address, MeshWorld.At(7), head.Digest(MeshWorld.Domains.StreamKeys), isTrue ? head.Root : Keccak256.Hash("another root"u8), 1_000, head.Time);
        return new FalseReceipt(head, Sign(head, signingKey), receipt, relay.Sign(receipt.Digest(MeshWorld.Domains.RelayStaking)));
    }

    public static Equivocation Equivocation(PrivateKey signingKey, uint window = 7)
    {
        var (first, second) = (Head(20, "root") with { Window = window }, Head(20, "another root") with { Window = window });
        return new Equivocation(first, Sign(first, signingKey), second, Sign(second, signingKey));
    }

    private static Head Head(ushort count, string root, ulong? time = null) => new(
        MeshWorld.Track, 1, 7, count, Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(root)), 375_000, 40, Hash32.Zero, Hash32.Zero, time ?? Now, HeadFlags.None);

    private static Signature Sign(in Head head, PrivateKey key) => key.Sign(head.Digest(MeshWorld.Domains.StreamKeys));
}
