using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Internal;

/// <summary>The checks of a ticket against the offer that it answers. Null accepts.</summary>
internal static class TicketCheck
{
    public static TicketRefused? Check(
        in TicketMessage message, in Hash32 digest, OutstandingOffer offer, Address purse, Address relay, TillTariff tariff, TillPolicy policy, EpochClock epochs)
    {
        var field =
            message.Relay != relay ? "relay"
            : message.Stream != offer.Stream ? "stream"
            : message.Terms != offer.Terms ? "terms"
            : message.FaceValue != tariff.FaceValue ? "faceValue"
            : message.Bytes == 0 ? "bytes"
            : !Tariff.TryWinProbability(offer.Price, message.Bytes, tariff.FaceValue, out var probability) || probability == 0 || message.WinProbability != probability ? "winProb"
            : null;
        if (field is not null)
        {
            return new TicketRefused(message.Commit, PaymentRefusal.WrongFields, $"The ticket's {field} is not what the offer says: build the ticket from the offer.");
        }

        if (!IsEpochAccepted(message.Epoch, policy, epochs))
        {
            return new TicketRefused(message.Commit, PaymentRefusal.WrongFields, $"The ticket is of epoch {message.Epoch}, this relay's clock is in {epochs.Current}: set the clock.");
        }

        return !Secp256k1.TryRecover(digest, message.Signature, out var signer) || signer != purse
            ? new TicketRefused(message.Commit, PaymentRefusal.BadSignature, "The ticket is not signed by the purse of this session: sign it with the viewing key.")
            : null;
    }

    // A ticket lives to the end of the next epoch, so one of the epoch before is worth little: only what was on the way at the turn is taken.
    private static bool IsEpochAccepted(uint epoch, TillPolicy policy, EpochClock epochs)
    {
        var grace = Math.Min((long)policy.EpochGrace.TotalSeconds, epochs.EpochSeconds / 4);
        var now = epochs.NowSeconds;
        return epoch == now / epochs.EpochSeconds || epoch == (now - grace) / epochs.EpochSeconds || epoch == (now + grace) / epochs.EpochSeconds;
    }
}
