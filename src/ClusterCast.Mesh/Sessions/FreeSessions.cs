using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Sessions;

/// <summary>Serves for nothing: the broadcaster's push. A purse that wants to pay is told that payment is not wanted.</summary>
public sealed class FreeServing : IServingSessions
{
    /// <summary>The one instance.</summary>
    public static FreeServing Instance { get; } = new();

    /// <inheritdoc/>
    public IServingSession Open(ServingContext context) => new Session(context.Sink);

    private sealed class Session(IFrameSink sink) : IServingSession
    {
        public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
        {
            if (type == FrameType.SessionOpen)
            {
                SessionOpenMessage.Read(body);
                sink.Send(new SessionRefused(PaymentRefusal.NotWanted, "This node serves for free."));
            }
        }

        public bool TrySpend(int leafBytes) => true;

        public void OnWindowServed(SignedHead lastHead, ulong servedBytes, bool complete)
        {
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>Pays nothing: for what a broadcaster pushes.</summary>
public sealed class FreePaying : IPayingSessions
{
    /// <summary>The one instance.</summary>
    public static FreePaying Instance { get; } = new();

    /// <inheritdoc/>
    public IPayingSession Open(PayingContext context) => new Session();

    private sealed class Session : IPayingSession
    {
        public string? RefusedBecause => null;

        public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
        {
        }

        public void OnVerified(int leafBytes)
        {
        }

        public void OnWindowClosed(SignedHead lastHead)
        {
        }

        public Task CloseAsync(CancellationToken cancel) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
