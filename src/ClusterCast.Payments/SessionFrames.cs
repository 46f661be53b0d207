using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments;

/// <summary>Which side of a payment session a frame belongs to. Both sides can live on one connection: relays pay relays.</summary>
public static class SessionFrames
{
    /// <summary>Whether a relay's till handles this frame.</summary>
    public static bool IsForTill(FrameType type) => type is FrameType.SessionOpen or FrameType.Ticket or FrameType.SessionClose;

    /// <summary>Whether a payer's purse handles this frame.</summary>
    public static bool IsForPurse(FrameType type) => type is FrameType.Offer or FrameType.TicketRefused or FrameType.SessionRefused or FrameType.Receipt;
}
