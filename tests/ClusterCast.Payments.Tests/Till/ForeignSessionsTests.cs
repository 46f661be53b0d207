using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tickets;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

/// <summary>What a relay knows of the sessions that a purse has elsewhere: begun, ended, forgotten.</summary>
public sealed class ForeignSessionsTests
{
    private readonly PrivateKey[] _relays = [.. Enumerable.Range(1, 9).Select(i => PrivateKey.From([1, .. new byte[30], (byte)i]))];

    [Fact]
    public void An_end_makes_room()
    {
        using var world = new World();
        var opens = Fill(world);
        Assert.False(IsAdmitted(world));

        world.Till.OnForeignEnd(End(world, opens[3], _relays[3]));
        Assert.True(IsAdmitted(world));
    }

    [Fact]
    public void Only_the_relay_that_served_ends_a_session()
    {
        using var world = new World();
        var opens = Fill(world);
        world.Till.OnForeignEnd(End(world, opens[0], _relays[1]));
        world.Till.OnForeignEnd(End(world, opens[0], world.ViewingKey));
        world.Till.OnForeignEnd(End(world, opens[0] with { Nonce = Keccak256.Hash("another"u8) }, _relays[0]));
        world.Till.OnForeignEnd(End(world, opens[0], _relays[0], world.Epochs.NowMs - 60_001));
        world.Till.OnForeignEnd(End(world, opens[0], _relays[0], world.Epochs.NowMs + 60_001));
        Assert.False(IsAdmitted(world));

        world.Till.OnForeignEnd(End(world, opens[0], _relays[0], world.Epochs.NowMs - 60_000));
        Assert.True(IsAdmitted(world));
    }

    [Fact]
    public void An_end_that_comes_first_ends_what_comes_after_it()
    {
        using var world = new World();
        var late = Open(world, 8);
        world.Till.OnForeignEnd(End(world, late, _relays[8]));
        Fill(world, 7);
        world.Till.OnForeignSession(late);
        Assert.True(IsAdmitted(world));

        // It is that session's end alone: the relay's next one counts.
        world.Till.OnForeignSession(Open(world, 8));
        Assert.False(IsAdmitted(world));
    }

    [Fact]
    public void Sessions_at_one_relay_count_once_and_up_to_the_last_end()
    {
        using var world = new World();
        Fill(world, 7);
        var (first, second) = (Open(world, 7), Open(world, 7));
        world.Till.OnForeignSession(first);
        world.Till.OnForeignSession(second);
        world.Till.OnForeignEnd(End(world, first, _relays[7]));
        Assert.False(IsAdmitted(world));

        world.Till.OnForeignEnd(End(world, second, _relays[7]));
        Assert.True(IsAdmitted(world));
    }

    [Fact]
    public void A_session_that_is_told_again_counts_on_and_one_that_is_not_is_forgotten_after_ten_minutes()
    {
        using var world = new World();
        var opens = Fill(world);
        world.Time.Advance(TimeSpan.FromMinutes(9));
        Array.ForEach(opens, open => world.Till.OnForeignSession(open));
        world.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(IsAdmitted(world));

        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(IsAdmitted(world));
    }

    [Fact]
    public void Forgotten_sessions_make_room_for_others()
    {
        using var world = new World();
        Fill(world, 7);
        world.Time.Advance(TimeSpan.FromMinutes(11));
        world.Till.OnForeignSession(Open(world, 8));
        Assert.True(IsAdmitted(world));

        Fill(world, 7);
        Assert.False(IsAdmitted(world));
    }

    [Fact]
    public void A_till_holds_a_session_from_its_admission_to_its_end_and_tells_both()
    {
        using var world = new World();
        List<string> told = [];
        world.Till.Opened += open => told.Add($"open {open.Nonce}");
        world.Till.Closed += open => told.Add($"end {open.Nonce}");
        var link = world.Connect().Settle();
        var open = Assert.Single(world.Till.Held);
        Assert.Equal([$"open {open.Nonce}"], told);

        link.Dispose();
        link.Payee.Dispose();
        Assert.Empty(world.Till.Held);
        Assert.Equal([$"open {open.Nonce}", $"end {open.Nonce}"], told);
    }

    [Fact]
    public async Task A_session_whose_purse_ran_low_is_told_as_over_and_a_refused_one_is_not_told()
    {
        using var world = new World();
        var ends = 0;
        world.Till.Closed += _ => ends++;
        world.Connect().Settle();
        world.Ledger.Set(world.ViewingKey.Address, new PurseState(1, 0, 0));
        world.Connect().Settle().Dispose();
        Assert.Equal(0, ends);

        await world.Till.CheckPursesAsync(default);
        Assert.Equal(1, ends);
    }

    private SessionOpenMessage[] Fill(World world, int count = 8)
    {
        SessionOpenMessage[] opens = [.. Enumerable.Range(0, count).Select(relay => Open(world, relay))];
        Array.ForEach(opens, open => world.Till.OnForeignSession(open));
        return opens;
    }

    /// <summary>Whether one more session is admitted here; it is closed again.</summary>
    private static bool IsAdmitted(World world)
    {
        using var link = world.Connect().Settle();
        return link.Payer.State == PurseSessionState.Paying;
    }

    private SessionOpenMessage Open(World world, int relay)
    {
        Span<byte> nonce = stackalloc byte[32];
        world.Random.Fill(nonce);
        var open = new SessionOpen(world.ViewingKey.Address, _relays[relay].Address, Hash32.From(nonce), (ulong)world.Epochs.NowMs);
        return new SessionOpenMessage(open.Purse, open.Relay, open.Nonce, open.Time, world.ViewingKey.Sign(open.Digest(world.Domains.RelayStaking)));
    }

    private static SessionEndMessage End(World world, SessionOpenMessage open, PrivateKey signer, long? time = null)
    {
        var end = new SessionEnd(open.Purse, open.Relay, open.Nonce, (ulong)(time ?? world.Epochs.NowMs));
        return new SessionEndMessage(end.Purse, end.Relay, end.Nonce, end.Time, signer.Sign(end.Digest(world.Domains.RelayStaking)));
    }
}
