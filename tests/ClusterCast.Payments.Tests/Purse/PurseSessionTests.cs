using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

public sealed class PurseSessionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_ticket_is_sent_as_soon_as_one_is_due_and_never_two()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Payer.OnVerified(31_999);
        Assert.Empty(link.ToTill);
        link.Payer.OnVerified(1);
        link.Payer.OnVerified(500_000);
        var ticket = TicketMessage.Read(Link.Body(Assert.Single(link.ToTill)));
        Assert.Equal(32_000u, ticket.Bytes);
        Assert.Equal(500_000ul, link.Payer.DebtBytes);

        // One ticket cannot pay more than its face value: 400 micro-USDC at $1/GB are 400,000 bytes.
        link.PassToTill(0);
        link.PassToPurse(0);
        Assert.Equal(399_999u, TicketMessage.Read(Link.Body(Assert.Single(link.ToTill))).Bytes);
    }

    [Fact]
    public void Bytes_before_the_offer_are_paid_at_its_price()
    {
        using var world = new World();
        using var link = world.Connect();
        link.Payer.OnVerified(300_000);
        Assert.Equal(300_000ul, link.Payer.DebtBytes);
        link.Settle();
        var total = world.Purse.Statistics.Total;
        Assert.Equal((0ul, 300_000ul, (UInt128)300_000 * 1_000_000), (link.Payer.DebtBytes, total.BytesPaid, total.CostTimes1E9));
    }

    [Fact]
    public void A_lost_ticket_is_resent_byte_for_byte_until_it_is_acknowledged()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Payer.OnVerified(250_000);
        var first = Assert.Single(link.ToTill);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            link.ToTill.Clear();
            world.Time.Advance(Second);
            world.Purse.Tick();
            Assert.Empty(link.ToTill);
            world.Time.Advance(Second);
            world.Purse.Tick();
            Assert.Equal(first, Assert.Single(link.ToTill));
        }

        link.Settle();
        Assert.Equal((1L, 1L), (world.Purse.Statistics.Total.TicketsSent, world.Purse.Statistics.Total.TicketsAcknowledged));
        world.Time.Advance(2 * Second);
        world.Purse.Tick();
        Assert.Empty(link.ToTill);
    }

    [Fact]
    public void A_relay_that_never_answers_is_given_up()
    {
        using var world = new World();
        using var link = world.Connect();
        for (var i = 0; i < 20; i++)
        {
            world.Time.Advance(Second);
            world.Purse.Tick();
        }

        Assert.Equal(PurseRefusal.NoAnswer, link.Payer.Refusal);
        Assert.Equal(10, link.ToTill.Count);
    }

    [Theory]
    [InlineData(2_000_001, 1_000)]
    [InlineData(1_000_000, 300_001)]
    public void An_offer_outside_the_limits_is_refused_without_a_ticket(ulong price, uint face)
    {
        using var world = new World(tariff: new TillTariff(price, face, 32_768), policy: new TillPolicy { MinFaceValues = 1, Exposure = Second });
        using var link = world.Connect();
        link.Payer.OnVerified(1_000_000);
        link.Settle();
        Assert.Equal(PurseRefusal.OfferNotAcceptable, link.Payer.Refusal);
        Assert.Equal(0, world.Purse.Statistics.Total.TicketsSent);
    }

    [Fact]
    public void An_offer_above_the_relays_record_is_refused()
    {
        using var world = new World();
        using var link = world.Connect(advertisedPrice: 999_999).Settle();
        Assert.Equal(PurseRefusal.OfferNotAcceptable, link.Payer.Refusal);
    }

    [Fact]
    public void An_offer_for_another_stream_or_with_new_conditions_is_refused()
    {
        using var world = new World();
        using var link = world.Connect();
        link.PassToTill(0);
        var offer = Offer.Read(Link.Body(link.ToPurse[0]));
        link.Payer.OnFrame(FrameType.Offer, Link.Body(Frame.Encode(offer with { Stream = new(2) })));
        Assert.Equal(PurseRefusal.OfferNotAcceptable, link.Payer.Refusal);

        using var second = world.Connect().Settle();
        second.Payer.OnFrame(FrameType.Offer, Link.Body(Frame.Encode(offer with { Price = 1_000_001 })));
        Assert.Contains("mid-session", second.Payer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_budget_is_not_exceeded()
    {
        using var world = new World(limits: new ViewerLimits { CeilingPrice = 1_000_000, Budget = 1_000 });
        using var link = world.Connect().Settle();
        link.Stream(5_000_000);
        Assert.Equal(PurseRefusal.BudgetSpent, link.Payer.Refusal);
        var value = world.Purse.Statistics.Total.ValueScaled;
        Assert.InRange(value, (UInt128)700 << 64, (UInt128)1_000 << 64);
    }

    [Fact]
    public void A_refused_ticket_counts_as_paid_and_ends_the_session()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Payer.OnVerified(250_000);
        var commit = TicketMessage.Read(Link.Body(link.ToTill[0])).Commit;
        link.Payer.OnFrame(FrameType.TicketRefused, Link.Body(Frame.Encode(new TicketRefused(commit, PaymentRefusal.BadSignature, "No."))));
        Assert.Equal((PurseRefusal.TicketRefused, (PaymentRefusal?)PaymentRefusal.BadSignature, 0ul), (link.Payer.Refusal, link.Payer.RelayCode, link.Payer.DebtBytes));
        Assert.Equal(1, world.Purse.Statistics.Total.TicketsRefused);
    }

    [Fact]
    public void An_unacknowledged_ticket_goes_over_to_the_next_session_byte_for_byte()
    {
        using var world = new World();
        var first = world.Connect().Settle();
        first.Payer.OnVerified(250_000);
        var ticket = first.ToTill[0];
        first.Dispose();

        using var second = world.Connect().Settle();
        Assert.Contains(second.Passed, frame => frame.SequenceEqual(ticket));
        var total = world.Purse.Statistics.Total;
        Assert.Equal((1L, 1L, 1L), (total.TicketsSent, total.TicketsAcknowledged, world.Till.Statistics.TicketsAccepted));
    }

    [Fact]
    public void A_relay_that_forgot_an_inherited_ticket_does_not_get_another_for_the_same_bytes()
    {
        using var world = new World();
        var first = world.Connect().Settle();
        first.Payer.OnVerified(250_000);
        first.Dispose();
        world.RestartTill();

        using var second = world.Connect().Settle();
        Assert.Equal(PurseSessionState.Paying, second.Payer.State);
        Assert.Equal((1L, 0L, 1L), (world.Purse.Statistics.Total.TicketsSent, world.Purse.Statistics.Total.TicketsAcknowledged, world.Purse.Statistics.Total.TicketsRefused));
        Assert.Equal(16 * 16_384, second.Stream(16 * 16_384));
    }

    [Fact]
    public void A_debt_that_stops_growing_is_settled()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Payer.OnVerified(1_000);
        world.Time.Advance(PurseSession.SettleAfter);
        world.Purse.Tick();
        Assert.Equal(1_000u, TicketMessage.Read(Link.Body(Assert.Single(link.ToTill))).Bytes);
    }

    [Fact]
    public async Task Closing_pays_the_rest_and_completes_with_the_acknowledgement()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Stream(700_000);
        var closing = link.Payer.CloseAsync(TimeSpan.FromSeconds(5));
        Assert.False(closing.IsCompleted);
        link.Settle();

        Assert.Equal(CloseOutcome.Settled, await closing);
        Assert.Equal((0ul, 0L, PurseSessionState.Closed, TillSessionState.Closed), (link.Payer.DebtBytes, link.Payee.DebtBytes, link.Payer.State, link.Payee.State));
        var total = world.Purse.Statistics.Total;
        Assert.Equal((total.BytesVerified, total.BytesVerified), (total.BytesPaid, world.Till.Statistics.BytesPaid));
        Assert.Equal(CloseOutcome.Settled, await link.Payer.CloseAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Closing_with_a_ticket_on_its_way_waits_for_it_and_for_the_last_one()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Payer.OnVerified(40_000);
        link.Payer.OnVerified(700_000);
        var closing = link.Payer.CloseAsync(TimeSpan.FromSeconds(5));
        link.Settle();
        Assert.Equal(CloseOutcome.Settled, await closing);
        Assert.Equal([40_000u, 399_999, 300_001], link.Seen(FrameType.Ticket, body => TicketMessage.Read(body)).Select(ticket => ticket.Bytes));
    }

    [Fact]
    public async Task Closing_a_dead_connection_ends_with_the_timeout_and_keeps_the_ticket()
    {
        using var world = new World();
        var link = world.Connect().Settle();
        link.Payer.OnVerified(20_000);
        var closing = link.Payer.CloseAsync(TimeSpan.FromSeconds(5));
        world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(CloseOutcome.Unacknowledged, await closing);

        using var next = world.Connect().Settle();
        Assert.Equal(20_000u, Assert.Single(next.Seen(FrameType.Ticket, body => TicketMessage.Read(body))).Bytes);
    }

    [Fact]
    public async Task Closing_before_an_offer_or_after_a_refusal_owes_nothing()
    {
        using var world = new World();
        using var early = world.Connect();
        Assert.Equal(CloseOutcome.Settled, await early.Payer.CloseAsync(Second));
        using var refused = world.Connect(advertisedPrice: 1).Settle();
        Assert.Equal(CloseOutcome.Refused, await refused.Payer.CloseAsync(Second));
    }

    [Fact]
    public void State_changes_are_told_in_order()
    {
        using var world = new World();
        using var link = world.Connect();
        var states = new List<PurseSessionState>();
        link.Payer.StateChanged += session => states.Add(session.State);
        link.Settle();
        link.Dispose();
        Assert.Equal([PurseSessionState.Paying, PurseSessionState.Closed], states);
    }

    [Fact]
    public void Statements_are_for_people()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Stream(6_000_000);
        Assert.Contains("price $0.005", world.Purse.Statement.ToString(), StringComparison.Ordinal);
        Assert.Contains("$1.00/GB", world.Purse.Statement.ToString(), StringComparison.Ordinal);
        Assert.Contains($"won       {Money.Format(world.Winners.Totals().PendingValue)}", world.Till.Statement.ToString(), StringComparison.Ordinal);
    }
}
