using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Protocol.Tests.Tickets;

public sealed class DrawTests
{
    [Fact]
    public void A_ticket_wins_below_its_probability_only()
    {
        var r = Known.Hash("r");
        var digest = Known.Hash("digest");
        var number = Draw.Number(r, digest);
        Assert.True(Draw.Wins(r, digest, number + 1));
        Assert.False(Draw.Wins(r, digest, number));
        Assert.False(Draw.Wins(r, digest, 0));
    }

    [Fact]
    public void Commitment_and_draw_depend_on_every_input()
    {
        var (r, other) = (Known.Hash("r"), Known.Hash("other"));
        Assert.NotEqual(Draw.Commit(r, 1), Draw.Commit(r, 2));
        Assert.NotEqual(Draw.Commit(r, 1), Draw.Commit(other, 1));
        Assert.NotEqual(Draw.Number(r, other), Draw.Number(other, r));
    }

    [Fact]
    public void Half_the_tickets_of_probability_one_half_win()
    {
        var wins = Enumerable.Range(0, 2_000).Count(i => Draw.Wins(Known.Hash("r" + i), Known.Hash("d" + i), 1UL << 63));
        Assert.InRange(wins, 900, 1_100);
    }

    [Fact]
    public void The_digest_covers_every_field()
    {
        var ticket = new Ticket(Known.NodeKey.Address, new StreamId(1), 2, Known.Hash("commit"), 3, 4, 5, 6);
        Ticket[] others =
        [
            ticket with { Relay = Known.ViewingKey.Address }, ticket with { Stream = new StreamId(2) }, ticket with { Terms = 3 }, ticket with { Commit = Known.Hash("other") },
            ticket with { Salt = UInt128.MaxValue }, ticket with { FaceValue = 5 }, ticket with { WinProbability = 6 }, ticket with { Epoch = 7 },
        ];
        var domain = Known.Domains.TicketBroker;
        Assert.Equal(others.Length + 1, others.Append(ticket).Select(t => t.Digest(domain)).Distinct().Count());
    }
}
