using ClusterCast.Mesh.Sessions;
using ClusterCast.Payments;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Settlement;

/// <summary>Joins the mesh's serving side to a relay's till.</summary>
public sealed class TillSessions(Till till) : IServingSessions
{
    /// <inheritdoc/>
    public event Action<SessionOpenMessage>? Opened
    {
        add => till.Opened += value;
        remove => till.Opened -= value;
    }

    /// <inheritdoc/>
    public event Action<SessionOpenMessage>? Closed
    {
        add => till.Closed += value;
        remove => till.Closed -= value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SessionOpenMessage> Held => till.Held;

    /// <inheritdoc/>
    public void OnNews(in SessionOpenMessage open) => till.OnForeignSession(open);

    /// <inheritdoc/>
    public void OnEnd(in SessionEndMessage end) => till.OnForeignEnd(end);

    /// <inheritdoc/>
    public IServingSession Open(ServingContext context) =>
        new Session(till.Open(context.Track.Stream, frame => context.Sink.Send(new RawFrame(frame)), context.Peer));

    private sealed class Session(TillSession session) : IServingSession
    {
        public void OnFrame(FrameType type, ReadOnlySpan<byte> body) => session.OnFrame(type, body);

        public bool TrySpend(int leafBytes) => session.TrySpend(leafBytes);

        public void OnWindowServed(SignedHead lastHead, ulong servedBytes, bool complete) => session.OnWindowServed(lastHead, servedBytes, complete);

        public void Dispose() => session.Dispose();
    }
}
