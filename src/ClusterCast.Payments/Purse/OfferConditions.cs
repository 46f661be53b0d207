using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments;

/// <summary>What a session's first offer asks for; the later ones must ask for the same. Guarded by its owner.</summary>
internal sealed class OfferConditions(Purse purse, StreamId stream, ulong advertisedPrice)
{
    private Offer? _first;

    /// <summary>Whether there was an offer.</summary>
    public bool AreKnown => _first is not null;

    /// <summary>Micro-USDC per 1e9 bytes; 0 before an offer.</summary>
    public ulong Price => _first?.Price ?? 0;

    /// <summary>Why the offer is not acceptable, in one sentence; null when it is.</summary>
    public string? Refuse(in Offer offer)
    {
        if (_first is not { } first)
        {
            if (offer.Stream != stream)
            {
                return $"The relay offers stream {offer.Stream}, wanted is {stream}: use another relay.";
            }
        }
        else if (offer.Stream != first.Stream || offer.Price != first.Price || offer.FaceValue != first.FaceValue || offer.Terms != first.Terms)
        {
            return "The relay changed its conditions in mid-session: open a new session, or use another relay.";
        }

        return purse.Limits.Refuse(offer, advertisedPrice, purse.Spendable);
    }

    /// <summary>Keeps an acceptable offer's; true for the first one.</summary>
    public bool Keep(in Offer offer)
    {
        var isFirst = _first is null;
        _first ??= offer;
        return isFirst;
    }
}
