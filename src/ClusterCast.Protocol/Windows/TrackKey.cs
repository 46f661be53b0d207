using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Protocol.Windows;

/// <summary>One track of one stream. <paramref name="Track"/> is the picture's height in lines: 480 for 480p.</summary>
public readonly record struct TrackKey(StreamId Stream, ushort Track)
{
    /// <summary>For people: <c>1/480p</c>.</summary>
    public override string ToString() => $"{Stream}/{Track}p";
}
