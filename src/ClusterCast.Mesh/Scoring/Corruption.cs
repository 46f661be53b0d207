using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Scoring;

/// <summary>Corrupt media that this node alone saw: reason to ban the sender here.</summary>
/// <param name="Node">The node that sent it.</param>
/// <param name="Track">The track.</param>
/// <param name="Window">The window.</param>
/// <param name="What">What is wrong with it, for people.</param>
/// <param name="Report">What was seen; null when a part node or a link between windows contradicts a signed head, which leaves nothing to show.</param>
internal sealed record Corruption(Address Node, TrackKey Track, uint Window, string What, IncidentReport? Report);
