using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Sessions;

/// <summary>Who is paid for what.</summary>
/// <param name="Relay">The relay's proven node id.</param>
/// <param name="Record">The relay's newest record (price, payout); null when it has not been seen.</param>
/// <param name="Track">The track of the first Subscribe on the connection. A session pays for its stream.</param>
/// <param name="Sink">Takes the session's frames.</param>
public sealed record PayingContext(Address Relay, RelayRecord? Record, TrackKey Track, IFrameSink Sink);

/// <summary>Opens the paying side of sessions; one for each connection to a relay that media is taken from.</summary>
public interface IPayingSessions
{
    /// <summary>Called right after the first Subscribe was sent. Must not block.</summary>
    IPayingSession Open(PayingContext context);
}

/// <summary>Pays for what one connection delivers. The mesh calls it from one thread at a time, except <see cref="CloseAsync"/>.</summary>
public interface IPayingSession : IAsyncDisposable
{
    /// <summary>Why the relay must be left (its price is too high, it refused the purse, it gives no receipts); null while it may stay.</summary>
    string? RefusedBecause { get; }

    /// <summary>A session frame from the relay. Throws <see cref="WireException"/> when it is malformed: the connection then closes.</summary>
    void OnFrame(FrameType type, ReadOnlySpan<byte> body);

    /// <summary>A leaf of so many bytes from this relay has verified.</summary>
    void OnVerified(int leafBytes);

    /// <summary>A window has been closed by this head, and every leaf of it came from this relay: a receipt is due.</summary>
    void OnWindowClosed(SignedHead lastHead);

    /// <summary>Signs the closing ticket and ends when the relay has acknowledged it. The mesh bounds the wait and keeps the connection open during it.</summary>
    Task CloseAsync(CancellationToken cancel);
}
