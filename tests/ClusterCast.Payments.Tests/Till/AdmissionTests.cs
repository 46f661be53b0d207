using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task A_funded_purse_gets_an_offer_with_the_tariff()
    {
        using var world = new World();
        using var link = world.Connect().Settle();

        var offer = Assert.Single(link.Seen(FrameType.Offer, body => Offer.Read(body)));
        Assert.Equal((default, World.Stream, 1u, 1_000_000ul, 400u), (offer.Acked, offer.Stream, offer.Terms, offer.Price, offer.FaceValue));
        Assert.Equal(TillSessionState.Open, link.Payee.State);
        Assert.True(await link.Payee.Admitted);
        Assert.Equal(PurseSessionState.Paying, link.Payer.State);
        Assert.Equal(1, world.Till.Statistics.SessionsOpen);
    }

    [Fact]
    public void Nothing_is_served_before_admission()
    {
        using var world = new World();
        using var link = world.Connect();
        Assert.False(link.Payee.TrySpend(1));
    }

    [Fact]
    public void A_broadcasters_floor_price_is_the_least_that_is_asked()
    {
        using var world = new World();
        world.Ledger.Terms = new StreamTerms(3, 1_500_000, 500);
        using var link = world.Connect().Settle();
        var offer = Assert.Single(link.Seen(FrameType.Offer, body => Offer.Read(body)));
        Assert.Equal((3u, 1_500_000ul), (offer.Terms, offer.Price));
    }

    [Fact]
    public void A_free_relay_says_so_and_serves()
    {
        using var world = new World(tariff: new TillTariff(0, 0));
        using var link = world.Connect().Settle();
        Assert.Equal(PaymentRefusal.NotWanted, link.Payer.RelayCode);
        Assert.Equal(PurseSessionState.Free, link.Payer.State);
        Assert.False(link.Payer.IsRefused);
        Assert.True(link.Payee.TrySpend(16_384));
        link.Payer.OnVerified(16_384);
        Assert.Equal(0ul, link.Payer.DebtBytes);
    }

    [Fact]
    public void A_purse_below_the_bound_is_refused_with_the_amounts()
    {
        using var world = new World();
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(100_000, 0, 0));
        using var link = world.Connect().Settle();

        // 8 * 250 micro-USDC/s * 5 s / 5 % = 200,000, above ten face values.
        AssertRefused(link, PaymentRefusal.PurseTooLow, "$0.10 that are free, and $0.20 are needed");
    }

    [Fact]
    public void Leaving_money_and_known_winners_do_not_count()
    {
        using var world = new World();
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(3_000_000, 2_900_000, long.MaxValue));
        AssertRefused(world.Connect().Settle(), PaymentRefusal.PurseTooLow, "$0.10");

        world.Ledger.Set(world.ViewingKey.Address, new PurseState(200_300, 0, 0));
        world.Winners.Add(Samples.Winner(1, world.ViewingKey.Address), long.MaxValue);
        AssertRefused(world.Connect().Settle(), PaymentRefusal.PurseTooLow, "$0.1999");
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void A_purse_that_could_leave_before_its_tickets_die_is_refused(int seconds, bool refused)
    {
        using var world = new World();
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(3_000_000, 1, world.Epochs.DeathOf(world.Epochs.Current) + seconds));
        var link = world.Connect().Settle();
        Assert.Equal(refused ? PaymentRefusal.PurseLeaving : null, link.Payer.RelayCode);
    }

    [Fact]
    public void A_viewing_key_without_a_purse_is_refused()
    {
        using var world = new World();
        world.NewPurse(key: PrivateKey.Create(world.Random));
        AssertRefused(world.Connect().Settle(), PaymentRefusal.PurseTooLow, "deposit");
    }

    [Fact]
    public void A_stream_without_terms_is_refused()
    {
        using var world = new World();
        world.Ledger.Terms = null;
        AssertRefused(world.Connect().Settle(), PaymentRefusal.WrongFields, "no terms");
    }

    [Fact]
    public void A_ninth_session_is_refused_and_a_closed_one_makes_room()
    {
        using var world = new World();
        var links = Enumerable.Range(0, 8).Select(_ => world.Connect().Settle()).ToList();
        Assert.All(links, link => Assert.Equal(PurseSessionState.Paying, link.Payer.State));
        AssertRefused(world.Connect().Settle(), PaymentRefusal.TooManySessions, "8 sessions");

        links[0].Dispose();
        Assert.Equal(PurseSessionState.Paying, world.Connect().Settle().Payer.State);
    }

    [Fact]
    public void Sessions_elsewhere_count_and_fade()
    {
        using var world = new World();
        for (byte relay = 1; relay <= 8; relay++)
        {
            world.Till.OnForeignSession(Open(world, relay: Address.From([.. Enumerable.Repeat(relay, 20)])));
        }

        AssertRefused(world.Connect().Settle(), PaymentRefusal.TooManySessions, "8 sessions");
        world.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(PurseSessionState.Paying, world.Connect().Settle().Payer.State);
    }

    [Fact]
    public void An_admitted_session_is_told_as_it_was_signed_and_a_refused_one_is_not()
    {
        using var world = new World();
        var told = new List<SessionOpenMessage>();
        world.Till.Opened += told.Add;
        Assert.Equal(PurseSessionState.Paying, world.Connect().Settle().Payer.State);
        var open = Assert.Single(told);
        Assert.Equal((world.ViewingKey.Address, world.NodeKey.Address), (open.Purse, open.Relay));
        Assert.True(Secp256k1.TryRecover(new SessionOpen(open.Purse, open.Relay, open.Nonce, open.Time).Digest(world.Domains.RelayStaking), open.Signature, out var signer));
        Assert.Equal(open.Purse, signer);

        world.Ledger.Terms = null;
        world.Connect().Settle();
        Assert.Single(told);
    }

    [Fact]
    public void Forged_sessions_elsewhere_do_not_count()
    {
        using var world = new World();
        for (byte relay = 1; relay <= 8; relay++)
        {
            world.Till.OnForeignSession(Open(world, relay: Address.From([.. Enumerable.Repeat(relay, 20)]), signer: world.NodeKey));
        }

        Assert.Equal(PurseSessionState.Paying, world.Connect().Settle().Payer.State);
    }

    [Fact]
    public void Each_flaw_of_a_SessionOpen_has_its_code()
    {
        using var world = new World();
        var now = (ulong)world.Epochs.NowMs;
        Assert.Equal(PaymentRefusal.BadSignature, Answer(world, Open(world, signer: world.NodeKey)));
        Assert.Equal(PaymentRefusal.WrongFields, Answer(world, Open(world, relay: world.ViewingKey.Address)));
        Assert.Equal(PaymentRefusal.StaleTime, Answer(world, Open(world, time: now - 60_001)));
        Assert.Equal(PaymentRefusal.StaleTime, Answer(world, Open(world, time: now + 60_001)));
        Assert.Equal(PaymentRefusal.StaleTime, Answer(world, Open(world, time: ulong.MaxValue)));
        Assert.Null(Answer(world, Open(world, time: now - 60_000)));
    }

    [Fact]
    public void A_SessionOpen_admits_once()
    {
        using var world = new World();
        var open = Open(world);
        Assert.Null(Answer(world, open));
        Assert.Equal(PaymentRefusal.StaleTime, Answer(world, open));
    }

    [Fact]
    public void A_chain_that_does_not_answer_is_a_problem_and_the_next_attempt_succeeds()
    {
        using var world = new World();
        var problems = new List<string>();
        world.Till.Problem += problems.Add;
        world.Ledger.ReadFailure = new TillChainException("The chain does not answer.");
        using var link = world.Connect().Settle();
        Assert.Equal(PurseSessionState.Opening, link.Payer.State);
        Assert.Equal(["The chain does not answer."], problems);

        world.Ledger.ReadFailure = null;
        world.Time.Advance(PurseSession.ResendAfter);
        world.Purse.Tick();
        link.Settle();
        Assert.Equal(PurseSessionState.Paying, link.Payer.State);
    }

    [Fact]
    public async Task A_purse_that_shrinks_below_the_bound_is_no_longer_served()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        await world.Till.CheckPursesAsync(default);
        Assert.True(link.Payee.TrySpend(16_384));

        world.Ledger.Set(world.ViewingKey.Address, new PurseState(199_999, 0, 0));
        await world.Till.CheckPursesAsync(default);
        Assert.False(link.Payee.TrySpend(16_384));
        Assert.Equal(PaymentRefusal.PurseTooLow, link.Settle().Payer.RelayCode);
        Assert.Equal(0, world.Till.Statistics.SessionsOpen);
    }

    private static void AssertRefused(Link link, PaymentRefusal code, string words)
    {
        Assert.Equal((PurseSessionState.Refused, (PaymentRefusal?)code), (link.Payer.State, link.Payer.RelayCode));
        Assert.Contains(words, link.Payer.Reason, StringComparison.Ordinal);
        Assert.False(link.Payee.TrySpend(1));
        Assert.False(link.Payee.Admitted.Result);
        link.Dispose();
    }

    private static PaymentRefusal? Answer(World world, SessionOpenMessage open)
    {
        var frames = new List<byte[]>();
        using var session = world.Till.Open(World.Stream, frames.Add);
        session.OnFrame(FrameType.SessionOpen, Link.Body(Frame.Encode(open)));
        var frame = Assert.Single(frames);
        return frame[0] == (byte)FrameType.Offer ? null : SessionRefused.Read(Link.Body(frame)).Code;
    }

    private static SessionOpenMessage Open(World world, PrivateKey? signer = null, Address? relay = null, ulong? time = null)
    {
        Span<byte> nonce = stackalloc byte[32];
        world.Random.Fill(nonce);
        var open = new SessionOpen(world.ViewingKey.Address, relay ?? world.Till.Relay, Hash32.From(nonce), time ?? (ulong)world.Epochs.NowMs);
        return new SessionOpenMessage(open.Purse, open.Relay, open.Nonce, open.Time, (signer ?? world.ViewingKey).Sign(open.Digest(world.Domains.RelayStaking)));
    }
}
