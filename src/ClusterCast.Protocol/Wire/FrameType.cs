namespace ClusterCast.Protocol.Wire;

/// <summary>Type bytes of the frames (spec/wire.md).</summary>
public enum FrameType : byte
{
    /// <summary>First frame of the dialing side.</summary>
    Hello = 0x01,

    /// <summary>First frame of the accepting side.</summary>
    Welcome = 0x02,

    /// <summary>Last frame before closing.</summary>
    Goodbye = 0x03,

    /// <summary>Keeps an idle connection alive.</summary>
    Ping = 0x04,

    /// <summary>Answers a ping.</summary>
    Pong = 0x05,

    /// <summary>The address that the dialing side's packets come from.</summary>
    Observed = 0x06,

    /// <summary>How full the sender is.</summary>
    Load = 0x07,

    /// <summary>Asks for a track.</summary>
    Subscribe = 0x10,

    /// <summary>Grants a subscription.</summary>
    Subscribed = 0x11,

    /// <summary>Refuses a subscription.</summary>
    Refused = 0x12,

    /// <summary>Ends a subscription.</summary>
    Unsubscribe = 0x13,

    /// <summary>The run is over.</summary>
    Ended = 0x14,

    /// <summary>Asks for parts of a cached window.</summary>
    Fetch = 0x15,

    /// <summary>The cached windows of a track.</summary>
    Have = 0x16,

    /// <summary>Init segment.</summary>
    Init = 0x20,

    /// <summary>Opens a window.</summary>
    Window = 0x21,

    /// <summary>A part node with its head.</summary>
    Part = 0x22,

    /// <summary>A head without a new part.</summary>
    Head = 0x23,

    /// <summary>A part node whose head follows.</summary>
    Node = 0x24,

    /// <summary>Bytes of one leaf.</summary>
    Leaf = 0x25,

    /// <summary>A purse begins to use a relay.</summary>
    SessionOpen = 0x30,

    /// <summary>A relay's conditions and its next commitment.</summary>
    Offer = 0x31,

    /// <summary>A payment.</summary>
    Ticket = 0x32,

    /// <summary>A payment that the relay does not take.</summary>
    TicketRefused = 0x33,

    /// <summary>A relay's statement of what it served.</summary>
    Receipt = 0x34,

    /// <summary>A session that the relay does not take.</summary>
    SessionRefused = 0x35,

    /// <summary>The viewer has finished.</summary>
    SessionClose = 0x36,

    /// <summary>A signed relay record.</summary>
    Record = 0x40,

    /// <summary>The sender can serve a track.</summary>
    Announce = 0x41,

    /// <summary>The sender serves a track no longer.</summary>
    Withdraw = 0x42,

    /// <summary>Signed bytes that prove an offence.</summary>
    Evidence = 0x43,

    /// <summary>A purse has begun to use some relay.</summary>
    SessionNews = 0x44,

    /// <summary>A purse uses some relay no longer.</summary>
    SessionEnd = 0x45,

    /// <summary>Asks a relay to arrange a direct connection.</summary>
    PunchRequest = 0x50,

    /// <summary>Another peer is about to dial.</summary>
    PunchOffer = 0x51,

    /// <summary>Where and when to dial.</summary>
    PunchGo = 0x52,

    /// <summary>A direct connection that the relay does not arrange.</summary>
    PunchRefused = 0x53,

    /// <summary>Asks for padding.</summary>
    Measure = 0x58,

    /// <summary>Bytes that measure a link.</summary>
    Padding = 0x59,

    /// <summary>What was measured, and the time.</summary>
    Measured = 0x5a,

    /// <summary>A block of a lane cannot be rebuilt.</summary>
    Resend = 0x60,

    /// <summary>What has come over a lane.</summary>
    LaneReport = 0x61,

    /// <summary>Asks for a lane.</summary>
    LaneOpen = 0x62,

    /// <summary>A block of a lane on the stream.</summary>
    LaneBlock = 0x63,
}
