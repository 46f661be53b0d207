namespace ClusterCast.Payments.Tests;

/// <summary>Bytes that the till charges and the purse never sees: what is on the way when a viewer leaves a relay.</summary>
public sealed class LostBytesTests
{
    private const int Leaf = 16_384;
    private const int Relays = 4;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void A_viewer_that_switches_two_hundred_times_is_never_held_back_for_long_and_pays_what_it_verified()
    {
        var worlds = Enumerable.Range(0, Relays).Select(i => new World(i + 1)).ToList();
        var longest = TimeSpan.Zero;
        long lost = 0;
        for (var visit = 0; visit < 200; visit++)
        {
            var world = worlds[visit % Relays];
            using var link = world.Connect().Settle();
            var refused = TimeSpan.Zero;
            for (var turn = 0; turn < 120; turn++)
            {
                // Half a second of 1.5 Mbit/s; every relay's clock is the same one.
                refused = link.Stream(6 * Leaf) == 6 * Leaf ? TimeSpan.Zero : refused + Turn;
                longest = refused > longest ? refused : longest;
                worlds.ForEach(other => other.Time.Advance(Turn));
                world.Purse.Tick();
                link.Settle();
            }

            // 64 KB are on the way when it leaves.
            for (var i = 0; i < 4 && link.Payee.TrySpend(Leaf); i++)
            {
                lost += Leaf;
            }

            _ = link.Payer.CloseAsync(TimeSpan.FromSeconds(3));
            link.Settle();
        }

        var totals = worlds.Select(world => world.Purse.Statistics.Total).ToList();
        var verified = totals.Sum(total => (double)total.BytesVerified);
        var paid = totals.Sum(total => (double)total.BytesPaid);
        worlds.ForEach(world => world.Dispose());
        Assert.True(lost > 190 * 4 * Leaf, $"Only {lost} bytes were lost.");
        Assert.True(longest <= TimeSpan.FromSeconds(2), $"It was held back for {longest.TotalSeconds} s.");
        Assert.InRange(paid / verified, 1.0, 1.02);
    }

    [Fact]
    public void A_viewer_that_loses_all_the_credit_goes_on_after_one_bounded_ticket_ahead()
    {
        using var world = new World();
        Grow(world);
        using (var lossy = world.Connect().Settle())
        {
            Exhaust(lossy);
        }

        using var link = world.Connect().Settle();
        Assert.Equal(0, link.Stream(Leaf));
        Wait(world, link, PurseSession.WithheldAfter);
        Assert.Equal(250_000ul + Leaf, world.Purse.Statistics.Total.BytesAhead);
        Assert.Equal(600 * Leaf, link.Stream(600 * Leaf));
    }

    [Fact]
    public void A_viewer_that_never_pays_gets_the_credit_and_one_written_off_ticket_in_ten_minutes()
    {
        using var world = new World();
        using var link = world.Connect();
        link.PassToTill(0);
        long served = 0;
        const int Minutes = 60;
        for (var second = 0; second < 60 * Minutes; second++)
        {
            while (link.Payee.TrySpend(Leaf))
            {
                served += Leaf;
            }

            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(served, 1_064_000 - Leaf, 1_064_000 + (Minutes / 10 * 32_000));
        Assert.Equal(2, link.Sent.Count(frame => frame[0] == (byte)Protocol.Wire.FrameType.Offer));
    }

    [Fact]
    public void A_relay_that_claims_debt_that_is_not_there_gets_one_bounded_ticket_a_minute()
    {
        // A till without credit stands for the liar: it says all the time that the credit is used up, and serves nothing.
        using var world = new World();
        Grow(world);
        var before = world.Purse.Statistics.Total;
        const int Minutes = 10;
        using var link = world.Connect().Settle();
        for (var second = 0; second < 60 * Minutes; second++)
        {
            Exhaust(link);
            Wait(world, link, TimeSpan.FromSeconds(1));
        }

        var after = world.Purse.Statistics.Total;
        Assert.InRange(after.BytesPaid - before.BytesPaid, 250_000ul + Leaf, Minutes * (250_000ul + Leaf));
        Assert.Equal(after.BytesPaid - before.BytesPaid, after.BytesAhead - before.BytesAhead);
    }

    [Fact]
    public void A_viewer_whose_bytes_all_verify_pays_nothing_ahead()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        for (var turn = 0; turn < 200; turn++)
        {
            link.Stream(20 * Leaf);
            Wait(world, link, Turn);
        }

        Assert.Equal(0ul, world.Purse.Statistics.Total.BytesAhead);
    }

    [Fact]
    public void The_budget_holds_for_what_is_paid_ahead()
    {
        using var world = new World(limits: new ViewerLimits { CeilingPrice = 2_000_000, Budget = 1 });
        using var link = world.Connect().Settle();
        Exhaust(link);
        Wait(world, link, PurseSession.WithheldAfter);
        var total = world.Purse.Statistics.Total;
        Assert.Equal((0ul, 0ul, 0ul), (total.BytesPaid, total.BytesAhead, link.Payer.DebtBytes));
        Assert.False(link.Payer.IsRefused, link.Payer.Reason);
    }

    private static void Grow(World world)
    {
        using var link = world.Connect().Settle();
        link.Stream(200 * Leaf);
        _ = link.Payer.CloseAsync(TimeSpan.FromSeconds(3));
        link.Settle();
    }

    private static void Exhaust(Link link)
    {
        while (link.Payee.TrySpend(Leaf))
        {
        }
    }

    private static void Wait(World world, Link link, TimeSpan time)
    {
        link.Settle();
        world.Time.Advance(time);
        world.Purse.Tick();
        link.Settle();
    }
}
