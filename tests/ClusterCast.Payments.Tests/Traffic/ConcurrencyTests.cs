using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

/// <summary>Many connections of several payers on many threads at one till.</summary>
public sealed class ConcurrencyTests
{
    [Fact]
    public async Task Accounts_stay_exact_when_all_connections_work_at_once()
    {
        using var world = new World();
        var won = new List<Winner>();
        world.Till.Won += winner =>
        {
            lock (won)
            {
                won.Add(winner);
            }
        };
        var purses = Enumerable.Range(0, 4).Select(_ =>
        {
            var key = PrivateKey.Create(world.Random);
            world.Ledger.Set(key.Address, new PurseState(3_000_000, 0, 0));
            return new Purse(key, world.Domains, world.Limits, world, world.Epochs, world.Random);
        }).ToList();

        // Two connections for each purse, which share its debt on both sides. Frames go straight from thread to thread.
        var work = purses.SelectMany(purse => new[] { purse, purse }).Select(purse => Task.Run(async () =>
        {
            PurseSession? payer = null;
            var early = new List<byte[]>();
            using var payee = world.Till.Open(World.Stream, frame =>
            {
                if (payer is { } ready)
                {
                    ready.OnFrame((FrameType)frame[0], Link.Body(frame));
                }
                else
                {
                    early.Add(frame);
                }
            });
            payer = purse.Open(world.Till.Relay, World.Stream, 0, frame => payee.OnFrame((FrameType)frame[0], Link.Body(frame)));
            early.ForEach(frame => payer.OnFrame((FrameType)frame[0], Link.Body(frame)));
            for (var leaf = 0; leaf < 400; leaf++)
            {
                if (payee.TrySpend(16_384))
                {
                    payer.OnVerified(16_384);
                }
            }

            return await payer.CloseAsync(TimeSpan.FromSeconds(30));
        })).ToList();
        var outcomes = await Task.WhenAll(work).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.All(outcomes, outcome => Assert.Equal(CloseOutcome.Settled, outcome));
        var paid = purses.Select(purse => purse.Statistics.Total).Aggregate((a, b) => a + b);
        var earned = world.Till.Statistics;
        Assert.Equal((paid.BytesVerified, paid.BytesPaid, paid.TicketsSent), (earned.BytesServed, earned.BytesPaid, earned.TicketsAccepted));
        Assert.Equal(paid.BytesVerified, paid.BytesPaid);
        Assert.Equal(paid.ValueScaled, earned.ValueScaled);
        Assert.True(paid.BytesVerified > 8 * 200 * 16_384);
        Assert.Equal(earned.TicketsWon, won.Select(winner => winner.Index).Distinct().Count());
        Assert.Equal((0, earned.TicketsWon), (earned.SessionsOpen, world.Winners.Totals().All));
    }
}
