using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Sessions;

/// <summary>Who is served what.</summary>
/// <param name="Peer">Node id that the connection proved; null for a viewer on a WebSocket.</param>
/// <param name="Role">What the peer says it is; for a connection that was dialed from here, <see cref="PeerRole.Relay"/>.</param>
/// <param name="Track">The track of the first Subscribe on the connection. A session pays for its stream.</param>
/// <param name="Sink">Takes the session's frames.</param>
public sealed record ServingContext(Address? Peer, PeerRole Role, TrackKey Track, IFrameSink Sink);

/// <summary>Opens the serving side of sessions; one for each connection with a subscriber.</summary>
public interface IServingSessions
{
    /// <summary>Called at the first Subscribe of a connection.</summary>
    IServingSession Open(ServingContext context);

    /// <summary>A purse was admitted here: its SessionOpen, for the news to other relays. Raised on any thread; handlers do not block.</summary>
    event Action<SessionOpenMessage>? Opened
    {
        add { }
        remove { }
    }

    /// <summary>A session that was admitted here is over: its SessionOpen, for the news to other relays. Raised on any thread; handlers do not block.</summary>
    event Action<SessionOpenMessage>? Closed
    {
        add { }
        remove { }
    }

    /// <summary>The sessions that are open here now, as they were signed: what other relays are told when they join, and again from time to time.</summary>
    IReadOnlyList<SessionOpenMessage> Held => [];

    /// <summary>A purse has begun at another relay, or is still there; the signature is the purse's. Must not block.</summary>
    void OnNews(in SessionOpenMessage open)
    {
    }

    /// <summary>A purse has finished at another relay; the signature is the relay's. Can come before the SessionOpen. Must not block.</summary>
    void OnEnd(in SessionEndMessage end)
    {
    }
}

/// <summary>
/// Decides what one connection may be sent. The mesh calls it from one thread at a time and in the order of the connection. Disposed with the connection.
/// </summary>
public interface IServingSession : IDisposable
{
    /// <summary>A session frame from the subscriber. Throws <see cref="WireException"/> when it is malformed: the connection then closes.</summary>
    void OnFrame(FrameType type, ReadOnlySpan<byte> body);

    /// <summary>
    /// Whether a leaf of so many bytes may be sent now; true counts it as sent. After false the leaf waits for the next session frame until it is too old; media
    /// then goes on with the next window.
    /// </summary>
    bool TrySpend(int leafBytes);

    /// <summary>A window has been sent to its last head.</summary>
    /// <param name="lastHead">The head that closed it.</param>
    /// <param name="servedBytes">Leaf bytes of the window sent on this connection.</param>
    /// <param name="complete">Whether these are all of them.</param>
    void OnWindowServed(SignedHead lastHead, ulong servedBytes, bool complete);
}
