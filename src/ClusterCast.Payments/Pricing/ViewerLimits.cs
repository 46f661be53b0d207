using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments;

/// <summary>What a purse accepts of a relay (spec/tickets.md).</summary>
public sealed record ViewerLimits
{
    /// <summary>Smallest ticket that a relay may ask for: one leaf. A smaller one would buy signatures, not media.</summary>
    public const uint MinTicketBytes = 16_384;

    /// <summary>Highest price, micro-USDC per 1e9 bytes.</summary>
    public required ulong CeilingPrice { get; init; }

    /// <summary>A face value is at most the spendable balance divided by this.</summary>
    public uint FaceValueDivisor { get; init; } = 10;

    /// <summary>Micro-USDC of expected payments after which the purse signs nothing more; null for as much as it holds.</summary>
    public ulong? Budget { get; init; }

    /// <summary>
    /// Most that is paid ahead to a relay that says that the credit is used up although less than a ticket is owed: bytes that were on the way when it was left count for the relay only.
    /// </summary>
    public uint MaxAheadBytes { get; init; } = 520_000;

    /// <summary>One relay is paid ahead at most once in this time.</summary>
    public TimeSpan AheadInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>One sentence why the offer is refused; null when it is acceptable.</summary>
    /// <param name="offer">The relay's offer.</param>
    /// <param name="advertisedPrice">The price in its record; 0 when unknown.</param>
    /// <param name="spendable">Micro-USDC in the purse that are not leaving.</param>
    public string? Refuse(in Offer offer, ulong advertisedPrice, ulong spendable)
    {
        if (offer.Price > CeilingPrice)
        {
            return $"The relay asks {offer.Price} micro-USDC per GB, above the ceiling of {CeilingPrice}: raise the ceiling or use another relay.";
        }

        if (advertisedPrice > 0 && offer.Price > advertisedPrice)
        {
            return $"The relay asks {offer.Price} micro-USDC per GB although its record says {advertisedPrice}: use another relay.";
        }

        if (offer.FaceValue > spendable / FaceValueDivisor)
        {
            return $"A face value of {offer.FaceValue} micro-USDC is more than 1/{FaceValueDivisor} of the {spendable} in the purse: deposit more USDC.";
        }

        if (offer.TicketBytes < MinTicketBytes || Tariff.MaxBytes(offer.Price, offer.FaceValue) < MinTicketBytes)
        {
            return $"The relay wants a ticket for less than {MinTicketBytes} bytes: use another relay.";
        }

        return null;
    }
}
