using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;
using Microsoft.Data.Sqlite;

namespace ClusterCast.Payments.Tests;

public sealed class TicketTests
{
    [Fact]
    public void Each_flaw_of_a_ticket_has_its_code_and_leaves_the_debt()
    {
        using var world = new World();
        using var link = world.Connect();
        var ticket = FirstTicket(link);
        var debt = link.Payee.DebtBytes;

        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { Relay = world.ViewingKey.Address }));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { Stream = new StreamId(2) }));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { Terms = 2 }));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { FaceValue = 401 }));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { WinProbability = ticket.WinProbability - 1 }));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { Bytes = 0, WinProbability = 0 }));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { Epoch = ticket.Epoch + 1 }));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, ticket with { Epoch = ticket.Epoch - 1 }));
        Assert.Equal(PaymentRefusal.CommitUnknown, Refusal(link, world, ticket with { Commit = default }));
        Assert.Equal(PaymentRefusal.BadSignature, Refusal(link, world, ticket with { Salt = ticket.Salt + 1 }, sign: false));
        Assert.Equal(PaymentRefusal.BadSignature, Refusal(link, world, ticket, signer: world.NodeKey));

        Assert.Equal(debt, link.Payee.DebtBytes);
        Assert.Equal(11, world.Till.Statistics.TicketsRefused);
        Assert.Null(Refusal(link, world, ticket));
        Assert.Equal(debt - ticket.Bytes, link.Payee.DebtBytes);
    }

    [Fact]
    public void A_ticket_without_a_session_is_refused()
    {
        using var world = new World();
        using var link = world.Connect();
        var ticket = FirstTicket(link);
        var frames = new List<byte[]>();
        using var other = world.Till.Open(World.Stream, frames.Add);
        other.OnFrame(FrameType.Ticket, Link.Body(Frame.Encode(ticket)));
        Assert.Equal(PaymentRefusal.CommitUnknown, TicketRefused.Read(Link.Body(Assert.Single(frames))).Code);
    }

    [Fact]
    public void The_same_ticket_twice_pays_once_and_is_acknowledged_twice()
    {
        using var world = new World();
        using var link = world.Connect();
        var ticket = FirstTicket(link);
        Assert.Null(Refusal(link, world, ticket));
        var (debt, winners) = (link.Payee.DebtBytes, world.Winners.Totals().All);

        Assert.Null(Refusal(link, world, ticket));
        Assert.Equal((debt, winners, 1L), (link.Payee.DebtBytes, world.Winners.Totals().All, world.Till.Statistics.TicketsAccepted));
    }

    [Fact]
    public void A_second_ticket_for_one_commitment_is_refused()
    {
        using var world = new World();
        using var link = world.Connect();
        var ticket = FirstTicket(link);
        Assert.Null(Refusal(link, world, ticket));
        Assert.Equal(PaymentRefusal.CommitUnknown, Refusal(link, world, ticket with { Salt = ticket.Salt + 1 }));
        Assert.Equal(1, world.Till.Statistics.TicketsAccepted);
    }

    [Fact]
    public void Tickets_of_the_neighbouring_epoch_are_taken_within_a_minute_of_the_turn()
    {
        using var world = new World();
        using var link = world.Connect();
        var first = FirstTicket(link);
        var turn = world.Epochs.StartOf(first.Epoch + 1) - world.Epochs.NowSeconds;
        world.Time.Advance(TimeSpan.FromSeconds(turn + 60));
        Assert.Equal(PaymentRefusal.WrongFields, Refusal(link, world, first));
        world.Time.Advance(TimeSpan.FromSeconds(-1));
        Assert.Null(Refusal(link, world, first));
        world.Time.Advance(TimeSpan.FromSeconds(-59 - 60));
        Assert.Null(Refusal(link, world, Next(link, first) with { Epoch = first.Epoch + 1 }));
    }

    [Fact]
    public void A_winner_that_cannot_be_written_is_not_acknowledged_until_it_can_be()
    {
        using var world = new World(tariff: new TillTariff(price: 1_000_000, faceValue: 251, ticketBytes: 250_000));
        using var link = world.Connect();
        var problems = new List<string>();
        world.Till.Problem += problems.Add;
        var ticket = FirstTicket(link, bytes: 250_999);
        Sql(world, "CREATE TRIGGER full BEFORE INSERT ON winners BEGIN SELECT RAISE(FAIL, 'full'); END");

        Assert.Empty(Answers(link, ticket));
        Assert.Contains("cannot be read or written", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (world.Till.Statistics.TicketsAccepted, world.Winners.Totals().All));

        Sql(world, "DROP TRIGGER full");
        Assert.Null(Refusal(link, world, ticket));
        Assert.Equal((1L, 1L), (world.Till.Statistics.TicketsAccepted, world.Winners.Totals().All));
    }

    [Fact]
    public void Outstanding_offers_and_live_winners_never_share_an_index()
    {
        using var world = new World(epochSeconds: 100, tariff: new TillTariff(price: 1_000_000, faceValue: 400, ticketBytes: 250_000));
        var won = new List<Winner>();
        world.Till.Won += won.Add;
        for (var epoch = 0; epoch < 6; epoch++)
        {
            using var one = world.Connect().Settle();
            using var two = world.Connect().Settle();
            one.Stream(2_000_000);
            two.Stream(2_000_000);
            if (epoch == 2)
            {
                world.RestartTill();
                world.Till.Won += won.Add;
            }

            world.Time.Advance(TimeSpan.FromSeconds(100));
        }

        Assert.NotEmpty(won);
        Assert.Equal(won.Count, won.Select(winner => (winner.Ticket.Epoch, winner.Index)).Distinct().Count());

        // Indexes come back two epochs later, and those of lost tickets at once: the bitmap stays dense.
        Assert.True(won.Select(winner => winner.Index).Distinct().Count() < won.Count);
        Assert.True(won.Max(winner => winner.Index) < 224);
    }

    [Fact]
    public void Preimages_and_salts_are_never_repeated()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Stream(10_000_000);
        var tickets = link.Seen(FrameType.Ticket, body => TicketMessage.Read(body));
        var offers = link.Seen(FrameType.Offer, body => Offer.Read(body));
        Assert.True(tickets.Count > 30);
        Assert.Equal(tickets.Count, tickets.Select(ticket => ticket.Commit).Distinct().Count());
        Assert.Equal(tickets.Count, tickets.Select(ticket => ticket.Salt).Distinct().Count());
        Assert.Equal(offers.Count, offers.Select(offer => offer.Commit).Distinct().Count());
    }

    [Fact]
    public void Winners_are_on_disk_before_the_next_offer_leaves()
    {
        using var world = new World();
        var link = world.Connect();
        link.Settle();
        var (won, checkedOffers) = (0L, 0);
        world.Till.Won += _ => won++;
        for (var round = 0; round < 40; round++)
        {
            Assert.True(link.Payee.TrySpend(200_000));
            link.Payer.OnVerified(200_000);
            while (link.ToTill.Count > 0)
            {
                link.PassToTill(0);

                // The offer waits in the link now. What another process would read from the file at this moment:
                using var store = WinnerStore.Open(world.Winners.Path);
                Assert.Equal(won, store.Totals().All);
                checkedOffers++;
                link.Settle();
            }
        }

        Assert.True(won > 5 && checkedOffers > 20);
    }

    private static void Sql(World world, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={world.Winners.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static TicketMessage FirstTicket(Link link, int bytes = 250_000)
    {
        link.Settle();
        Assert.True(link.Payee.TrySpend(bytes));
        link.Payer.OnVerified(bytes);
        var frame = Assert.Single(link.ToTill);
        link.ToTill.Clear();
        return TicketMessage.Read(Link.Body(frame));
    }

    private static TicketMessage Next(Link link, TicketMessage before)
    {
        var offer = Offer.Read(Link.Body(link.ToPurse[^1]));
        return before with { Commit = offer.Commit };
    }

    private static PaymentRefusal? Refusal(Link link, World world, TicketMessage ticket, PrivateKey? signer = null, bool sign = true)
    {
        var digest = new Ticket(
            ticket.Relay, ticket.Stream, ticket.Terms, ticket.Commit, ticket.Salt, ticket.FaceValue, ticket.WinProbability, ticket.Epoch).Digest(world.Domains.TicketBroker);
        var answer = Assert.Single(Answers(link, sign ? ticket with { Signature = (signer ?? world.ViewingKey).Sign(digest) } : ticket));
        if (answer[0] == (byte)FrameType.Offer)
        {
            Assert.Equal(ticket.Commit, Offer.Read(Link.Body(answer)).Acked);
            return null;
        }

        var refused = TicketRefused.Read(Link.Body(answer));
        Assert.Equal(ticket.Commit, refused.Commit);
        Assert.NotEmpty(refused.Reason);
        return refused.Code;
    }

    private static IReadOnlyList<byte[]> Answers(Link link, TicketMessage ticket)
    {
        var before = link.ToPurse.Count;
        link.Payee.OnFrame(FrameType.Ticket, Link.Body(Frame.Encode(ticket)));
        return link.ToPurse[before..];
    }
}
