using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh;

/// <summary>The last leaf of a part has come and has verified. Called on the receive loop of a connection; must not block.</summary>
/// <param name="track">The track.</param>
/// <param name="window">Number of the window.</param>
/// <param name="part">The signed node.</param>
public delegate void PartArrived(TrackKey track, uint window, PartNode part);
