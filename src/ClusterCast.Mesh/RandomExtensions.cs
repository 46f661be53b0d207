using System.Buffers.Binary;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh;

/// <summary>Small choices by an injected source of randomness.</summary>
internal static class RandomExtensions
{
    /// <summary>A number from 0 to <paramref name="bound"/> - 1. The bias of the remainder does not matter for choices among peers.</summary>
    public static int Below(this IRandomSource random, int bound)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return (int)(BinaryPrimitives.ReadUInt32LittleEndian(bytes) % (uint)bound);
    }
}
