using ClusterCast.Mesh.Sessions;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>Why a subscription leaves a parent.</summary>
internal enum Leaving
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The parent refused.</summary>
    Refused,

    /// <summary>The parent says that the run is over, serves an older run, or one whose key is trusted no longer.</summary>
    Ended,

    /// <summary>The connection was lost.</summary>
    Lost,

    /// <summary>The parent broke the protocol.</summary>
    Malformed,

    /// <summary>The parent sent corrupt media.</summary>
    Corrupt,

    /// <summary>The parent was silent, and another one had what it held back.</summary>
    Overtaken,

    /// <summary>The parent was asked beside another one, which delivered first; or all were silent. No fault of its.</summary>
    Spare,

    /// <summary>The parent's head was signed by a key that was not known yet; it is asked anew.</summary>
    Doubted,

    /// <summary>The parent and the purse do not agree.</summary>
    Unpaid,

    /// <summary>The parent withdrew the track, and another one has it.</summary>
    Withdrawn,

    /// <summary>Another one is nearer.</summary>
    Outdone,
}

/// <summary>One subscription at one parent.</summary>
internal sealed class Upstream(PeerConnection peer, byte channel, Address node, bool isPush, long now)
{
    // Tracks with shorter parts are watched with so little delay that a lost packet must not cost a round trip.
    private const double LanePartMs = 50;

    private (uint Window, ushort Part, int Leaf) _lastCounted;
    private (uint Window, ulong Bytes) _delivered;
    private SignedHead? _last;
    private (ulong Time, long Parts) _lastPart;

    /// <summary>The connection.</summary>
    public PeerConnection Peer { get; } = peer;

    /// <summary>The channel on it.</summary>
    public byte Channel { get; } = channel;

    /// <summary>The parent's node id.</summary>
    public Address Node { get; } = node;

    /// <summary>Whether the parent is the broadcaster, which serves for nothing.</summary>
    public bool IsPush { get; } = isPush;

    /// <summary>Whether it becomes the parent with its first head, because it is nearer.</summary>
    public bool IsPreferred { get; set; }

    /// <summary>Why it is to be left.</summary>
    public Leaving Leaving { get; set; }

    /// <summary>Whether it has been left.</summary>
    public bool IsDeparted { get; set; }

    /// <summary>For people.</summary>
    public string Reason { get; set; } = "";

    /// <summary>When the parent may be asked again, ms from now; null for the default.</summary>
    public uint? RetryAfterMs { get; set; }

    /// <summary>The refusal, when it refused.</summary>
    public RefusalCode? Refusal { get; set; }

    /// <summary>When it was asked, as a timestamp.</summary>
    public long AskedAt { get; } = now;

    /// <summary>When it was asked, or when its last new leaf came, as a timestamp.</summary>
    public long HeardAt { get; set; } = now;

    /// <summary>When it was asked, or when the last part became complete, as a timestamp.</summary>
    public long ProgressAt { get; set; } = now;

    /// <summary>Checks what it sends; null before its first media frame.</summary>
    public WindowVerifier? Verifier { get; set; }

    /// <summary>Whether its frames are left aside until it is known whose key signed its head.</summary>
    public bool IsDoubted { get; set; }

    /// <summary>Whether it has delivered a valid head.</summary>
    public bool HasHead { get; set; }

    /// <summary>Whether it has delivered a complete part.</summary>
    public bool HasProgress { get; set; }

    /// <summary>Whether the newest window was asked for because the place was one of another run.</summary>
    public bool AskedAnew { get; set; }

    /// <summary>Whether the loop was told of the first head.</summary>
    public bool PathTaken { get; set; }

    /// <summary>What its newest init segment was found to be; null before the first. Media is taken only after an accepted one.</summary>
    public Verdict? Init { get; set; }

    /// <summary>The part nodes that it sent of a window and that contradict the verified ones, up to the head that decides; null when there are none.</summary>
    public Contradiction? Contradiction { get; set; }

    /// <summary>The session that pays; null when nothing is paid.</summary>
    public IPayingSession? Session => IsPush ? null : Peer.State.Paying.Session;

    /// <summary>Parts were given out up to this capture time; tells whether they are short enough for a lane.</summary>
    public bool IsLaneWorthwhile(ulong timeMs, long parts)
    {
        var (time, before) = _lastPart;
        _lastPart = (timeMs, parts);
        return before > 0 && timeMs > time && timeMs - time < LanePartMs * (parts - before);
    }

    /// <summary>Whether a right leaf is beyond those counted: nobody is paid twice for one.</summary>
    public bool Counts(uint window, ushort part, int leaf, int bytes)
    {
        var place = (window, part, leaf);
        if (place.CompareTo(_lastCounted) <= 0)
        {
            return false;
        }

        _lastCounted = place;
        _delivered = (window, (ulong)bytes + (_delivered.Window == window ? _delivered.Bytes : 0));
        return true;
    }

    /// <summary>A window has been closed by this head.</summary>
    public void Close(SignedHead last) => _last = last;

    /// <summary>The head that closed a window of which every leaf came from here, once; whoever came in its middle, as at a failover, is owed no receipt for it.</summary>
    public SignedHead? TakeWhole()
    {
        if (_last is not { Head: var head } last || head.Window != _delivered.Window || head.ByteLength != _delivered.Bytes)
        {
            return null;
        }

        _last = null;
        return last;
    }
}
