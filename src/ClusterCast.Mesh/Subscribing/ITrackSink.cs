using ClusterCast.Protocol.Windows;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>Takes what a subscription has verified, piece by piece and at once. Called under the subscription's gate: it must not block.</summary>
internal interface ITrackSink
{
    /// <summary>A new head, and the parts that it adds from <paramref name="first"/> on.</summary>
    void OnHead(VerifiedWindow window, int first, SignedHead head);

    /// <summary>A leaf has verified.</summary>
    void OnLeaf(VerifiedWindow window, VerifiedPart part, int leaf);

    /// <summary>The way to the broadcaster has changed; null when there is none.</summary>
    void OnPath(Protocol.Identifiers.Address[]? path);

    /// <summary>The run is over.</summary>
    void OnEnded();
}
