using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Node.Demo;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Node.Tests.Demo;

public sealed class RedeemedTests
{
    private static readonly Address Viewer = Address.Parse("0x0000000000000000000000000000000000000001");
    private static readonly Address Relay = Address.Parse("0x0000000000000000000000000000000000000002");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_share_of_a_group_is_a_whole_number_of_tickets(int own)
    {
        // Face value 401: 340 to the relay, 40 to the broadcaster, the rest to the treasury.
        var share = Redeemed.Of(Group(401, 340, 40, 3), own);

        Assert.Equal(new Redeemed(own, (ulong)own * 401, (ulong)own * 340, (ulong)own * 40, (ulong)own * 21), share);
        Assert.Equal(share.FaceValues, share.Relay + share.Broadcaster + share.Treasury);
    }

    [Fact]
    public void The_shares_of_all_purses_are_the_group()
    {
        var group = Group(400, 340, 40, 7);

        Assert.Equal(Redeemed.Of(group, 7), Redeemed.Of(group, 3) + Redeemed.Of(group, 4));
    }

    [Fact]
    public void A_group_without_winners_is_nothing() => Assert.Equal(default, Redeemed.Of(Group(400, 340, 40, 0), 0));

    [Fact]
    public void Money_is_shown_in_USDC_without_rounding()
    {
        var earnings = Redeemed.Of(Group(401, 340, 40, 3), 3).ToEarnings();

        Assert.Equal(new Earnings(0.001020m, 0.000120m, 0.000063m), earnings);
        Assert.Equal(0.001203m, earnings.Total);
    }

    [Fact]
    public void A_ledger_that_adds_up_has_no_contradictions()
    {
        var viewer = new Redeemed(3, 1_200, 1_020, 120, 60);

        Assert.Empty(new DemoLedger(3_000_000, 2_998_800, viewer, default, 9).Contradictions());
    }

    [Fact]
    public void Money_that_vanished_or_appeared_is_a_contradiction()
    {
        var viewer = new Redeemed(3, 1_200, 1_020, 120, 60);

        Assert.Contains("purse does not add up", Assert.Single(new DemoLedger(3_000_000, 2_998_799, viewer, default, 9).Contradictions()));
        Assert.Contains("viewer's tickets do not add up", Assert.Single(new DemoLedger(3_000_000, 2_998_800, viewer with { Treasury = 61 }, default, 9).Contradictions()));
        Assert.Contains("inner relays's tickets do not add up", Assert.Single(new DemoLedger(3_000_000, 2_998_800, viewer, viewer with { Relay = 0 }, 9).Contradictions()));
    }

    private static TicketBrokerEvent.Redeemed Group(uint faceValue, ulong relay, ulong broadcaster, int winners) => new(
        new EventLog(Relay, [], [], 1, default, default, 0), Relay, new StreamId(1), 1, faceValue,
        relay * (ulong)winners, broadcaster * (ulong)winners, (faceValue - relay - broadcaster) * (ulong)winners,
        [.. Enumerable.Range(0, winners).Select(index => Hash32.From([.. Viewer.Span, 0, 0, 0, 1, 0, 0, 0, (byte)index, 0, 0, 0, 0]))]);
}
