using System.Collections.Concurrent;
using ClusterCast.Mesh.Sessions;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Fetching;

/// <summary>Sends leaves only while it is told to, like a payer whose ticket is late.</summary>
internal sealed class SwitchableSessions : IServingSessions
{
    public volatile bool IsBlocked;

    public long Spent;

    public ConcurrentBag<ServingContext> Opened { get; } = [];

    public IServingSession Open(ServingContext context)
    {
        Opened.Add(context);
        return new Session(this);
    }

    private sealed class Session(SwitchableSessions all) : IServingSession
    {
        public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
        {
        }

        public bool TrySpend(int leafBytes)
        {
            if (all.IsBlocked)
            {
                return false;
            }

            Interlocked.Add(ref all.Spent, leafBytes);
            return true;
        }

        public void OnWindowServed(SignedHead lastHead, ulong servedBytes, bool complete)
        {
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>Counts what would be paid.</summary>
internal sealed class CountingPurse : IPayingSessions
{
    public long Verified;

    public IPayingSession Open(PayingContext context) => new Session(this);

    private sealed class Session(CountingPurse all) : IPayingSession
    {
        public string? RefusedBecause => null;

        public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
        {
        }

        public void OnVerified(int leafBytes) => Interlocked.Add(ref all.Verified, leafBytes);

        public void OnWindowClosed(SignedHead lastHead)
        {
        }

        public Task CloseAsync(CancellationToken cancel) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
