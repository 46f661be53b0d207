using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

public sealed class WinRateTests
{
    [Fact]
    public void Tickets_win_as_often_as_they_say()
    {
        using var world = new World(seed: 4, tariff: new TillTariff(price: 1_000_000, faceValue: 1_000, ticketBytes: 250_000));
        var wins = 0;
        world.Till.Won += _ => wins++;
        using var link = world.Connect().Settle();
        link.Stream(500_000_000, leaf: 62_500);

        var tickets = link.Seen(FrameType.Ticket, body => TicketMessage.Read(body));
        var chances = tickets.Select(ticket => ticket.WinProbability / Math.Pow(2, 64)).ToList();
        var (mean, deviation) = (chances.Sum(), Math.Sqrt(chances.Sum(p => p * (1 - p))));
        Assert.True(tickets.Count > 1_900);
        Assert.InRange(wins, mean - (3 * deviation), mean + (3 * deviation));

        // What was won is what the bytes cost, within three deviations.
        var cost = (double)world.Purse.Statistics.Total.CostTimes1E9 / 1e9;
        Assert.InRange(world.Winners.Totals().PendingValue, cost - (3 * deviation * 1_000), cost + (3 * deviation * 1_000));
    }

    [Theory]
    [InlineData(1_000_000, 250_000, 400, 0.625)]
    [InlineData(10_000, 500_000, 50_000, 0.0001)]
    public void The_probability_of_a_full_ticket_is_its_price_over_the_face_value(ulong price, uint bytes, uint face, double expected)
    {
        Assert.True(Tariff.TryWinProbability(price, bytes, face, out var probability));
        Assert.Equal(expected, probability / Math.Pow(2, 64), 1e-12);
    }
}
