using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

public sealed class CreditTests
{
    private const int Leaf = 16_384;

    [Fact]
    public void A_payer_that_never_pays_gets_the_burst_and_the_first_unit_once()
    {
        using var world = new World();
        long served = 0;
        for (var session = 0; session < 3; session++)
        {
            using var link = world.Connect();
            link.PassToTill(0);
            while (link.Payee.TrySpend(Leaf))
            {
                served += Leaf;
            }
        }

        Assert.InRange(served, 1_064_000 - Leaf, 1_064_000);
    }

    [Fact]
    public void Sessions_of_one_payer_share_the_credit()
    {
        using var world = new World();
        var links = Enumerable.Range(0, 4).Select(_ => world.Connect()).ToList();
        links.ForEach(link => link.PassToTill(0));
        long served = 0;
        for (var quiet = 0; quiet < links.Count;)
        {
            var link = links[(int)(served / Leaf % links.Count)];
            quiet = link.Payee.TrySpend(Leaf) ? 0 : quiet + links.Count;
            served += quiet == 0 ? Leaf : 0;
        }

        Assert.InRange(served, 1_064_000 - Leaf, 1_064_000);
    }

    [Fact]
    public void A_payer_that_pays_is_served_without_end_and_the_burst_is_not_lent_again()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        Assert.Equal(20_004_864, link.Stream(20_004_864));

        long unpaid = 0;
        while (link.Payee.TrySpend(Leaf))
        {
            unpaid += Leaf;
        }

        Assert.InRange(unpaid, 250_000 - Leaf, 500_000);
    }

    [Fact]
    public void Small_tickets_build_no_trust()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        for (var i = 0; i < 20; i++)
        {
            Assert.True(link.Payee.TrySpend(100));
            link.Payer.OnVerified(100);
            world.Time.Advance(PurseSession.SettleAfter);
            world.Purse.Tick();
            link.Settle();
        }

        var offer = link.Seen(FrameType.Offer, body => Offer.Read(body))[^1];
        Assert.Equal(21, link.Seen(FrameType.Offer, body => Offer.Read(body)).Count);
        Assert.Equal((32_000u, 1_064_000u - 2_000u), (offer.TicketBytes, offer.CreditBytes));
    }

    [Fact]
    public void A_refund_gives_the_credit_back()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        Assert.True(link.Payee.TrySpend(1_064_000));
        Assert.False(link.Payee.TrySpend(1));
        link.Payee.Refund(Leaf);
        Assert.True(link.Payee.TrySpend(Leaf));
        Assert.Equal((1_064_000L, 1_064_000ul), (link.Payee.DebtBytes, world.Till.Statistics.BytesServed));
    }

    [Fact]
    public void Bytes_lost_with_a_connection_do_not_lock_a_payer_out_for_good()
    {
        using var world = new World(tariff: new TillTariff(1_000_000, 400, 250_000, joiningBurstBytes: 0));
        using (var first = world.Connect().Settle())
        {
            while (first.Payee.TrySpend(Leaf))
            {
            }
        }

        // Nothing arrived, so the payer owes nothing, and the relay thinks that it owes all.
        using (var early = world.Connect().Settle())
        {
            Assert.Equal(0, early.Stream(1_000_000));
        }

        world.Time.Advance(world.Policy.WriteOffInterval);
        using var later = world.Connect().Settle();
        Assert.Equal(491_520, later.Stream(500_000));
        Assert.Equal(49_152 - 32_000, later.Payee.DebtBytes - (long)later.Payer.DebtBytes);
    }

    [Fact]
    public void A_forgotten_payer_begins_anew_and_a_connected_one_is_not_forgotten()
    {
        using var world = new World(policy: new TillPolicy { Exposure = TimeSpan.FromSeconds(5), MaxAccounts = 1 });
        using var link = world.Connect().Settle();
        Assert.True(link.Payee.TrySpend(Leaf));
        world.NewPurse(key: world.SigningKey);
        world.Ledger.Set(world.SigningKey.Address, new PurseState(3_000_000, 0, 0));
        using (var other = world.Connect().Settle())
        {
            Assert.Equal((0L, (long)Leaf), (other.Payee.DebtBytes, link.Payee.DebtBytes));
        }

        link.Dispose();
        using var third = world.Connect().Settle();
        Assert.Equal(0, third.Payee.DebtBytes);
    }
}
