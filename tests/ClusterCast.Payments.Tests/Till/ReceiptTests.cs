using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Payments.Tests;

public sealed class ReceiptTests
{
    [Fact]
    public void A_receipt_for_each_window_keeps_the_session_paying()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        for (uint window = 1; window <= 5; window++)
        {
            var last = world.Head(window);
            link.Payee.OnWindowServed(last, 375_000, complete: true);
            if (window % 2 == 0)
            {
                link.Settle();
            }

            link.Payer.OnWindowClosed(last);
            link.Settle();
        }

        Assert.Equal(PurseSessionState.Paying, link.Payer.State);
        Assert.Equal(5, world.Till.Statistics.ReceiptsSigned);
        var receipt = link.Seen(FrameType.Receipt, body => ReceiptMessage.Read(body))[0];
        Assert.Equal((world.Till.Relay, world.ViewingKey.Address, 375_000ul), (receipt.Relay, receipt.Purse, receipt.ByteLength));
    }

    [Fact]
    public void An_incomplete_window_gets_no_receipt()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Payee.OnWindowServed(world.Head(1), 100, complete: false);
        Assert.Empty(link.ToPurse);
    }

    [Fact]
    public void A_relay_without_receipt_by_the_end_of_the_next_window_gets_no_more_tickets()
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        link.Payer.OnWindowClosed(world.Head(1));
        Assert.False(link.Payer.IsRefused);
        link.Payer.OnWindowClosed(world.Head(2));
        Assert.Equal(PurseRefusal.NoReceipt, link.Payer.Refusal);
        Assert.Contains("window 1", link.Payer.Reason, StringComparison.Ordinal);

        link.Payer.OnVerified(2_000_000);
        Assert.Empty(link.ToTill);
    }

    [Fact]
    public void Windows_that_closed_before_the_offer_are_owed_no_receipt()
    {
        using var world = new World();
        using var link = world.Connect();
        link.Payer.OnWindowClosed(world.Head(1));
        link.Settle();
        var second = world.Head(2);
        link.Payee.OnWindowServed(second, 1, complete: true);
        link.Payer.OnWindowClosed(second);
        link.Settle();
        link.Payer.OnWindowClosed(world.Head(3));
        Assert.False(link.Payer.IsRefused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_false_receipt_is_evidence_and_ends_the_session(bool receiptFirst)
    {
        using var world = new World(fault: new FlippedRoot());
        var found = new List<FalseReceipt>();
        world.Purse.EvidenceFound += found.Add;
        using var link = world.Connect().Settle();
        var last = world.Head(1);
        link.Payee.OnWindowServed(last, 375_000, complete: true);
        if (receiptFirst)
        {
            link.Settle();
        }

        link.Payer.OnWindowClosed(last);
        link.Settle();

        Assert.Equal(PurseRefusal.FalseReceipt, link.Payer.Refusal);
        var judgement = Assert.Single(found).Judge(world.Domains, keys: null);
        Assert.Equal((true, world.Till.Relay), (judgement.IsProven, judgement.Offender));
        link.Payer.OnVerified(2_000_000);
        Assert.Empty(link.ToTill);
    }

    [Fact]
    public void A_receipt_that_another_key_signed_or_that_names_another_purse_is_refused()
    {
        foreach (var other in new[] { true, false })
        {
            using var world = new World();
            using var link = world.Connect().Settle();
            var last = world.Head(1);
            var receipt = new Receipt(
                world.Till.Relay, other ? world.NodeKey.Address : world.ViewingKey.Address, last.Digest, last.Head.Root, 1, (ulong)world.Epochs.NowMs);
            Give(link, world, receipt, other ? world.NodeKey : world.SigningKey);
            Assert.Equal(PurseRefusal.NoReceipt, link.Payer.Refusal);
            Assert.Contains("is not signed by it for this purse", link.Payer.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-60_001, true)]
    [InlineData(-60_000, false)]
    [InlineData(60_000, false)]
    [InlineData(60_001, true)]
    public void A_receipt_that_is_dated_more_than_a_minute_from_now_counts_as_none(int aheadMs, bool refused)
    {
        using var world = new World();
        using var link = world.Connect().Settle();
        var last = world.Head(1);
        var time = (ulong)(world.Epochs.NowMs + aheadMs);

        Give(link, world, new Receipt(world.Till.Relay, world.ViewingKey.Address, last.Digest, last.Head.Root, 1, time), world.NodeKey);

        Assert.Equal(refused ? PurseRefusal.NoReceipt : PurseRefusal.None, link.Payer.Refusal);
        link.Payer.OnVerified(2_000_000);
        Assert.Equal(refused, link.ToTill.Count == 0);
    }

    private static void Give(Link link, World world, Receipt receipt, PrivateKey by)
    {
        var signature = by.Sign(receipt.Digest(world.Domains.RelayStaking));
        link.Payer.OnFrame(
            FrameType.Receipt,
            Link.Body(Frame.Encode(new ReceiptMessage(receipt.Relay, receipt.Purse, receipt.HeadDigest, receipt.ServedRoot, receipt.ByteLength, receipt.Time, signature))));
    }

    private sealed class FlippedRoot : IReceiptFault
    {
        public Hash32 ServedRoot(SignedHead last) => Keccak256.Hash(last.Head.Root.Span);
    }
}
