using ClusterCast.Mesh.Sessions;
using ClusterCast.Payments;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Node.Settlement;

/// <summary>Joins the mesh's paying side to a purse.</summary>
public sealed class PurseSessions(Purse purse) : IPayingSessions
{
    /// <inheritdoc/>
    public IPayingSession Open(PayingContext context) =>
        new Session(purse.Open(context.Relay, context.Track.Stream, context.Record?.Price ?? 0, frame => context.Sink.Send(new RawFrame(frame))));

    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(3);

    private sealed class Session(PurseSession session) : IPayingSession
    {
        public string? RefusedBecause => session.IsRefused ? session.Reason : null;

        public void OnFrame(FrameType type, ReadOnlySpan<byte> body) => session.OnFrame(type, body);

        public void OnVerified(int leafBytes) => session.OnVerified(leafBytes);

        public void OnWindowClosed(SignedHead lastHead) => session.OnWindowClosed(lastHead);

        public Task CloseAsync(CancellationToken cancel) => session.CloseAsync(ClosePatience).WaitAsync(cancel);

        public ValueTask DisposeAsync()
        {
            session.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
