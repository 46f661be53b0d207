using ClusterCast.Mesh.Guarding;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>How one connection is to end because its peer lets it wait: with a Goodbye, or without when that would not arrive either.</summary>
/// <param name="Code">The Goodbye's code; null for none.</param>
/// <param name="Reason">For people.</param>
/// <param name="IsSlow">Whether the handshake was what took too long.</param>
internal readonly record struct Impatience(GoodbyeCode? Code, string Reason, bool IsSlow = false);

/// <summary>The bounds of what a peer may let a connection wait for: the handshake, a frame's end, a write, any word at all.</summary>
internal sealed class ConnectionWatch(MeshOptions options, string remote, FrameReceiver receiver, FrameSender sender, KeepAlive keepAlive, GuardMetrics guard)
{
    private static readonly TimeSpan SlowBound = TimeSpan.FromSeconds(10);

    private readonly long _startedAt = options.Time.GetTimestamp();

    /// <summary>Why the connection must end now; null when it need not.</summary>
    public Impatience? Look(bool isReady)
    {
        if (!isReady && options.Time.GetElapsedTime(_startedAt) > options.HandshakeWithin)
        {
            guard.SlowHandshake.Add();
            return new Impatience(null, $"{remote} did not finish the handshake in {options.HandshakeWithin.TotalSeconds} s.", IsSlow: true);
        }

        if (receiver.InsideFor > options.FrameWithin)
        {
            guard.SlowFrame.Add();
            return new Impatience(GoodbyeCode.ProtocolError, $"A frame did not end within {options.FrameWithin.TotalSeconds} s.");
        }

        if (sender.BlockedFor > SlowBound || sender.ControlAge > SlowBound)
        {
            return new Impatience(null, $"{remote} did not take a write for {SlowBound.TotalSeconds} s.");
        }

        return keepAlive.IsIdle ? new Impatience(GoodbyeCode.Idle, $"Nothing was heard for {options.IdleAfter.TotalSeconds} s.") : null;
    }
}
