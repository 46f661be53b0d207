using System.Security.Cryptography;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Tests.Windows;

/// <summary>The tree of RFC 6962 §2.1 and §2.1.1 as it is written there, recursive and slow.</summary>
internal static class NaiveTree
{
    public static Hash32 Root(Hash32[] nodes)
    {
        if (nodes.Length == 1)
        {
            return nodes[0];
        }

        var k = Split(nodes.Length);
        return Inner(Root(nodes[..k]), Root(nodes[k..]));
    }

    public static Hash32[] Path(int m, Hash32[] nodes)
    {
        if (nodes.Length == 1)
        {
            return [];
        }

        var k = Split(nodes.Length);
        return m < k ? [.. Path(m, nodes[..k]), Root(nodes[k..])] : [.. Path(m - k, nodes[k..]), Root(nodes[..k])];
    }

    public static Hash32 Inner(Hash32 left, Hash32 right) => Hash32.From(SHA256.HashData([1, .. left.Span, .. right.Span]));

    // The largest power of two smaller than n.
    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
        {
            k *= 2;
        }

        return k;
    }
}
