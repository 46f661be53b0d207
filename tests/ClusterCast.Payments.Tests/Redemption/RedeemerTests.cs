namespace ClusterCast.Payments.Tests;

public sealed class RedeemerTests
{
    [Fact]
    public async Task Winners_wait_for_the_hold_and_are_then_paid()
    {
        using var world = Earned(out var value);
        var redeemer = world.NewRedeemer();
        await redeemer.RoundAsync(everything: false, freshBackOff: false, default);
        Assert.Equal(0, world.Ledger.Submissions);

        world.Time.Advance(TimeSpan.FromSeconds(3));
        await redeemer.RoundAsync(everything: false, freshBackOff: false, default);
        Assert.Equal(world.Winners.Totals().All, world.Winners.Totals().Submitted);
        await redeemer.RoundAsync(everything: false, freshBackOff: false, default);
        Assert.Equal((1L, value, value, 0ul), (redeemer.Transactions, world.Winners.Totals().FinalValue, world.Ledger.Redeemed, world.Winners.Totals().PendingValue));
        Assert.Equal(3_000_000 - value, world.Spendable);
    }

    [Fact]
    public async Task A_drain_redeems_all_now_and_waits_for_the_receipts()
    {
        using var world = Earned(out var value);
        world.Ledger.MinesAtOnce = false;
        var drain = world.NewRedeemer().DrainAsync(TimeSpan.FromSeconds(10));
        Assert.False(drain.IsCompleted);
        world.Ledger.Mine();
        await world.Time.RunAsync(drain, TimeSpan.FromSeconds(1));
        var result = await drain;
        Assert.Equal((true, value, 0L), (result.IsComplete, result.RedeemedValue, result.Unpayable));
    }

    [Fact]
    public async Task A_drain_ends_with_its_timeout()
    {
        using var world = Earned(out _);
        world.Ledger.MinesAtOnce = false;
        var drain = world.NewRedeemer().DrainAsync(TimeSpan.FromSeconds(10));
        await world.Time.RunAsync(drain, TimeSpan.FromSeconds(1));
        Assert.Equal((0L, world.Winners.Totals().All), ((await drain).Redeemed, (await drain).Waiting));
    }

    [Fact]
    public async Task What_cannot_be_paid_is_skipped_kept_and_paid_later()
    {
        using var world = Earned(out var value);
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(1_000, 0, 0));
        var redeemer = world.NewRedeemer();
        var drain = redeemer.DrainAsync(TimeSpan.FromSeconds(10));
        await world.Time.RunAsync(drain, TimeSpan.FromSeconds(1));
        Assert.Equal((2L, 800ul, true), ((await drain).Redeemed, (await drain).RedeemedValue, (await drain).IsComplete));
        Assert.Equal((long)(value / 400) - 2, (await drain).Unpayable);
        Assert.All(world.Winners.InState(WinnerState.Queued), winner => Assert.Equal(RedemptionOutcome.PurseTooLow, winner.LastOutcome));

        world.Ledger.Set(world.ViewingKey.Address, new PurseState(3_000_000, 0, 0));
        await Rounds(world, redeemer, 20);
        Assert.Equal((value, 0L), (world.Winners.Totals().FinalValue, world.Winners.Totals().Pending));
    }

    [Fact]
    public async Task Winners_that_their_transaction_did_not_pay_are_queued_again()
    {
        using var world = Earned(out var value);
        world.Ledger.MinesAtOnce = false;
        var redeemer = world.NewRedeemer();
        await redeemer.RoundAsync(everything: true, freshBackOff: false, default);

        // The purse shrinks between preview and block.
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(800, 0, 0));
        world.Ledger.Mine();
        await Rounds(world, redeemer, 1);
        Assert.Equal((2L, (long)(value / 400) - 2, 0L), (world.Winners.Totals().Final, world.Winners.Totals().Queued, world.Winners.Totals().Submitted));
    }

    [Fact]
    public async Task Unpayable_winners_expire_with_their_epochs()
    {
        using var world = Earned(out var value, epochSeconds: 1_000);
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(0, 0, 0));
        var redeemer = world.NewRedeemer();
        await Rounds(world, redeemer, 5);
        world.Time.Advance(TimeSpan.FromSeconds(2_000));
        await Rounds(world, redeemer, 1);
        Assert.Equal((0L, value), (world.Winners.Totals().Pending, world.Winners.Totals().ExpiredValue));
        Assert.Equal(0, world.Ledger.Submissions);
    }

    [Fact]
    public async Task Skips_back_off()
    {
        using var world = Earned(out _);
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(0, 0, 0));
        await Rounds(world, world.NewRedeemer(), 64);

        // After 1, 2, 4, ... seconds, where every second would make 60.
        Assert.InRange(world.Ledger.Previews, 5, 8);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reorg_takes_winners_back_to_the_queue_and_they_are_paid_again(bool afterFinal)
    {
        using var world = Earned(out var value);
        var redeemer = world.NewRedeemer();
        world.Time.Advance(TimeSpan.FromSeconds(3));
        await redeemer.RoundAsync(false, false, default);
        if (afterFinal)
        {
            await redeemer.RoundAsync(false, false, default);
            Assert.Equal(value, world.Winners.Totals().FinalValue);
        }

        world.Ledger.Reorg();
        Assert.Equal(0ul, world.Ledger.Redeemed);
        world.Time.Advance(TimeSpan.FromSeconds(30));
        await Rounds(world, redeemer, 3);
        Assert.Equal((value, value, 2L), (world.Ledger.Redeemed, world.Winners.Totals().FinalValue, redeemer.Transactions));
    }

    [Fact]
    public async Task A_dropped_transaction_is_sent_again()
    {
        using var world = Earned(out var value);
        world.Ledger.MinesAtOnce = false;
        var redeemer = world.NewRedeemer();
        world.Time.Advance(TimeSpan.FromSeconds(3));
        await redeemer.RoundAsync(false, false, default);
        world.Ledger.Drop();
        await Rounds(world, redeemer, 29);
        Assert.Equal(1, redeemer.Transactions);
        await Rounds(world, redeemer, 3);
        world.Ledger.Mine();
        await Rounds(world, redeemer, 1);
        Assert.Equal((value, value), (world.Ledger.Redeemed, world.Winners.Totals().FinalValue));
    }

    [Fact]
    public async Task A_transaction_that_was_sent_but_not_noted_is_not_paid_twice()
    {
        using var world = Earned(out var value);
        var winners = world.Winners.InState(WinnerState.Won);

        // Another keeper, or this relay before it died, redeemed the first two.
        foreach (var winner in winners.Take(2).Select(stored => stored.Winner))
        {
            var ticket = winner.Ticket;
            await world.Ledger.SubmitAsync([new RedemptionGroup(ticket.Relay, ticket.Stream, ticket.Terms, ticket.FaceValue, [winner])], default);
        }

        var redeemer = world.NewRedeemer();
        world.Time.Advance(TimeSpan.FromSeconds(3));
        await Rounds(world, redeemer, 2);
        Assert.Equal((value, value, 0L), (world.Ledger.Redeemed, world.Winners.Totals().FinalValue, world.Winners.Totals().Pending));

        // A reorg can undo those as well.
        world.Ledger.Reorg();
        world.Ledger.Reorg();
        world.Ledger.Reorg();
        world.Time.Advance(TimeSpan.FromSeconds(30));
        await Rounds(world, redeemer, 4);
        Assert.Equal((value, value), (world.Ledger.Redeemed, world.Winners.Totals().FinalValue));
    }

    [Fact]
    public async Task A_restart_between_any_two_rounds_changes_nothing()
    {
        using var world = Earned(out var value);
        for (var round = 0; round < 4; round++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(3));
            await world.NewRedeemer().RoundAsync(false, false, default);
            world.RestartTill();
        }

        Assert.Equal((value, value), (world.Ledger.Redeemed, world.Winners.Totals().FinalValue));
    }

    [Fact]
    public async Task Batches_are_bounded()
    {
        using var world = Earned(out var value);
        var count = (long)(value / 400);
        var redeemer = world.NewRedeemer(new RedeemerOptions { Hold = TimeSpan.Zero, BatchSize = 4 });
        await Rounds(world, redeemer, 2);
        Assert.Equal((count + 3) / 4, redeemer.Transactions);
        Assert.Equal(value, world.Ledger.Redeemed);
    }

    [Fact]
    public async Task A_batch_waits_for_its_minimum_value_but_not_for_ever()
    {
        using var world = Earned(out var value);
        var redeemer = world.NewRedeemer(new RedeemerOptions { Hold = TimeSpan.Zero, MinBatchValue = value + 1, MaxWait = TimeSpan.FromHours(1) });
        await Rounds(world, redeemer, 3);
        Assert.Equal(0, world.Ledger.Submissions);
        world.Time.Advance(TimeSpan.FromHours(1));
        await Rounds(world, redeemer, 2);
        Assert.Equal(value, world.Ledger.Redeemed);
    }

    [Fact]
    public async Task A_batch_that_costs_more_than_it_pays_waits_for_cheaper_gas()
    {
        using var world = Earned(out var value);
        world.Ledger.Cost = value + 1;
        var redeemer = world.NewRedeemer();
        world.Time.Advance(TimeSpan.FromDays(1) / 2);
        await Rounds(world, redeemer, 2);
        Assert.Equal(0, world.Ledger.Submissions);
        world.Ledger.Cost = value;
        await Rounds(world, redeemer, 2);
        Assert.Equal(value, world.Ledger.Redeemed);
    }

    [Fact]
    public async Task A_failing_chain_is_told_and_tried_again_with_growing_delays()
    {
        using var world = Earned(out var value);
        world.Ledger.SubmitFailure = new RedemptionException(RedemptionProblem.GasTooLow, "The account has no ETH: send it some.");
        var redeemer = world.NewRedeemer(new RedeemerOptions { Hold = TimeSpan.Zero });
        var problems = new List<string>();
        redeemer.Problem += problems.Add;
        using var stop = new CancellationTokenSource();
        var running = redeemer.RunAsync(stop.Token);
        for (var i = 0; i < 64; i++)
        {
            await world.Time.StepAsync(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(problems.Count, 2, 8);
        Assert.All(problems, problem => Assert.Equal("The account has no ETH: send it some.", problem));
        world.Ledger.SubmitFailure = null;
        for (var i = 0; i < 10_000 && world.Winners.Totals().FinalValue < value; i++)
        {
            await world.Time.StepAsync(TimeSpan.FromSeconds(1));
        }

        await stop.CancelAsync();
        await running;
        Assert.Equal(value, world.Ledger.Redeemed);
    }

    private static World Earned(out ulong value, uint epochSeconds = 86_400)
    {
        var world = new World(epochSeconds: epochSeconds);
        try
        {
            using var link = world.Connect().Settle();
            link.Stream(5_000_000);
            value = world.Winners.Totals().PendingValue;
            Assert.True(value >= 5 * 400);
            return world;
        }
        catch
        {
            // Nobody else has the world to dispose of it.
            world.Dispose();
            throw;
        }
    }

    private static async Task Rounds(World world, Redeemer redeemer, int count)
    {
        for (var round = 0; round < count; round++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await redeemer.RoundAsync(everything: false, freshBackOff: false, default);
        }
    }
}
