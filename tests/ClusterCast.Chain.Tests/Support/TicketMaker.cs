using ClusterCast.Chain.Contracts;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Chain.Tests.Support;

/// <summary>Makes tickets as relay and viewer do together.</summary>
internal static class TicketMaker
{
    /// <summary>Draws until a ticket wins; <paramref name="index"/> is the relay's.</summary>
    public static WinningTicket Winner(
        DevnetFixture chain, Address relay, PrivateKey viewingKey, uint epoch, uint index, uint faceValue = 400, ulong winProbability = 1UL << 62, uint terms = 1)
    {
        while (true)
        {
            var r = Random();
            var ticket = new Ticket(
                relay, new StreamId(1), terms, Draw.Commit(r, index), UInt128.CreateTruncating(new System.Numerics.BigInteger(Random().Span[..16], isUnsigned: true)), faceValue, winProbability, epoch);
            var digest = ticket.Digest(chain.Deployment.Domains.TicketBroker);
            if (Draw.Wins(r, digest, winProbability))
            {
                return new WinningTicket(ticket, viewingKey.Sign(digest), r, index);
            }
        }
    }

    private static Hash32 Random()
    {
        Span<byte> bytes = stackalloc byte[32];
        SystemRandomSource.Instance.Fill(bytes);
        return Hash32.From(bytes);
    }
}
