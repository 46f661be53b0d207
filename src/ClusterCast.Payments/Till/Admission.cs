using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Internal;

/// <summary>The checks of a SessionOpen, in the order of spec/tickets.md. Null admits.</summary>
internal static class Admission
{
    public static SessionRefused? CheckMessage(in SessionOpenMessage open, Protocol.Identifiers.Address relay, Domains domains, TillPolicy policy, long nowMs)
    {
        var digest = new SessionOpen(open.Purse, open.Relay, open.Nonce, open.Time).Digest(domains.RelayStaking);
        if (!Secp256k1.TryRecover(digest, open.Signature, out var signer) || signer != open.Purse)
        {
            return new SessionRefused(PaymentRefusal.BadSignature, "The SessionOpen is not signed by its purse: sign it with the viewing key.");
        }

        if (open.Relay != relay)
        {
            return new SessionRefused(PaymentRefusal.WrongFields, $"The SessionOpen names relay {open.Relay}, this is {relay}: check the relay record.");
        }

        return Math.Abs((double)open.Time - nowMs) > policy.ClockSkew.TotalMilliseconds
            ? new SessionRefused(PaymentRefusal.StaleTime, $"The SessionOpen's time is more than {policy.ClockSkew.TotalSeconds:0} s from this relay's clock: set the clock.")
            : null;
    }

    public static SessionRefused? CheckPurse(PurseState? state, ulong knownWinners, ulong price, StreamTerms terms, TillTariff tariff, TillPolicy policy, EpochClock epochs)
    {
        if (state is not { } purse)
        {
            return new SessionRefused(PaymentRefusal.PurseTooLow, "The viewing key has no purse: deposit USDC.");
        }

        var needed = Bound(price, terms, tariff, policy);
        var taken = (UInt128)purse.Exiting + knownWinners;
        var free = taken >= purse.Balance ? 0 : purse.Balance - taken;
        if (free < needed)
        {
            return new SessionRefused(
                PaymentRefusal.PurseTooLow, $"The purse holds {Money.Format(free)} that are free, and {Money.Format(needed)} are needed here: deposit USDC.");
        }

        return purse.Exiting > 0 && purse.ExitAtSeconds < epochs.DeathOf(epochs.Current)
            ? new SessionRefused(PaymentRefusal.PurseLeaving, "The purse could leave before its tickets die: cancel the exit, or use another purse.")
            : null;
    }

    /// <summary><c>max(10 faceValue, 8 * rate * tau / t)</c> in micro-USDC, rounded up.</summary>
    public static UInt128 Bound(ulong price, StreamTerms terms, TillTariff tariff, TillPolicy policy)
    {
        var rate = Tariff.CostTimes1E9(price, policy.BytesPerSecond);
        var top = 8 * rate * (UInt128)(ulong)policy.Exposure.TotalMilliseconds * 10_000;
        var bottom = (UInt128)Tariff.PriceBytes * 1_000 * Math.Max(1, terms.TreasuryBps);
        return UInt128.Max((UInt128)policy.MinFaceValues * tariff.FaceValue, (top + bottom - 1) / bottom);
    }
}
