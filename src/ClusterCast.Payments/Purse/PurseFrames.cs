using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Internal;

/// <summary>Reads a kept ticket frame back.</summary>
internal static class PurseFrames
{
    /// <summary>The commitment of a whole ticket frame; false for anything else.</summary>
    public static bool TryReadTicket(byte[] frame, out Hash32 commit)
    {
        commit = default;
        try
        {
            if (!Frame.TryRead(frame, out var type, out var header, out var length) || type != FrameType.Ticket || frame.Length != header + length)
            {
                return false;
            }

            commit = TicketMessage.Read(frame.AsSpan(header)).Commit;
            return true;
        }
        catch (WireException)
        {
            return false;
        }
    }
}
