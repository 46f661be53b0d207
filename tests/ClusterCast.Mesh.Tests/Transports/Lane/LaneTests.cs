using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Protocol.Tests;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>Sender and receiver together, over ways that lose, copy and reorder: every block is handed up once, in order, byte for byte.</summary>
public sealed class LaneTests
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(33);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    [Fact]
    public void Nothing_is_lost_whatever_the_way_does() => Properties.Hold(random =>
    {
        using var link = new LaneLink(random.Next(), random.Next(2) == 0 ? 1_200 : random.Next(LaneLimits.LeastDatagramBytes, 1_500))
        {
            Loss = random.Next(4) switch { 0 => 0, 1 => 0.01, 2 => 0.1, _ => 0.5 },
            Copies = random.Next(3) * 0.1,
            Jitter = TimeSpan.FromMilliseconds(random.Next(3) * 20),
        };
        var refuses = random.Next(3) == 0;
        link.Takes = () => !refuses || random.Next(20) > 0;
        var blocks = new List<byte[]>();
        for (var i = 0; i < 150; i++)
        {
            var block = new byte[random.Next(1, random.Next(3) == 0 ? 60_000 : 8_000)];
            random.NextBytes(block);
            blocks.Add(block);
            link.Send(block, onStream: random.Next(20) == 0);
            link.Run(TimeSpan.FromMilliseconds(random.Next(0, 40)));
        }

        link.Run(Patience);
        AssertCame(blocks, link);
    }, 60);

    [Fact]
    public void Thousands_of_blocks_at_one_percent_of_loss_come_in_order_and_hardly_any_takes_a_round_trip()
    {
        using var link = new LaneLink(1) { Loss = 0.01, Jitter = TimeSpan.FromMilliseconds(1) };
        var blocks = Stream(link, 5_000, 25_000);
        link.Run(Patience);
        AssertCame(blocks, link);

        // Without parity 20 % of the blocks would wait for a round trip.
        var late = link.Delays.Values.Count(delay => delay > LaneLink.OneWay + TimeSpan.FromMilliseconds(5));
        Assert.InRange(late, 0, 5_000 / 1_000);
        Assert.InRange(link.Sender.Sent.ParityShards, 1, 0.25 * link.Sender.Sent.DataShards);
    }

    [Fact]
    public void A_block_that_cannot_be_rebuilt_comes_one_round_trip_later_and_the_ones_after_it_at_once()
    {
        using var link = new LaneLink(2);
        Stream(link, 100, 25_000);
        link.Run(Patience);
        link.Loss = 1;
        Stream(link, 1, 25_000);
        link.Loss = 0;
        Stream(link, 30, 25_000);
        link.Run(Patience);
        Assert.Equal(131, link.Received.Count);

        // The next block shows the gap.
        Assert.InRange(link.Delays[100], Frame + (3 * LaneLink.OneWay), Frame + (3 * LaneLink.OneWay) + TimeSpan.FromMilliseconds(10));
        Assert.All(Enumerable.Range(110, 20), i => Assert.InRange(link.Delays[i], LaneLink.OneWay, LaneLink.OneWay + TimeSpan.FromMilliseconds(2)));
    }

    [Fact]
    public void Few_missing_shards_are_made_good_by_as_few_fresh_ones()
    {
        using var link = new LaneLink(3);
        Stream(link, 600, 25_000);
        link.Run(Patience);
        var before = link.Sender.Sent.ParityShards;
        Stream(link, 10, 25_000);
        Assert.Equal(before, link.Sender.Sent.ParityShards);

        link.Lose(2);
        Stream(link, 3, 25_000);
        link.Run(TimeSpan.FromMilliseconds(300));
        Assert.Equal(613, link.Received.Count);
        Assert.InRange(link.Sender.Sent.FreshShards, 2, 4);
        Assert.Equal(1, link.Receiver.Asked);
    }

    [Fact]
    public void The_last_block_before_a_pause_comes_although_nothing_follows_it()
    {
        using var link = new LaneLink(4);
        Stream(link, 3, 25_000);
        link.Loss = 1;
        Stream(link, 1, 25_000);
        link.Run(TimeSpan.FromMilliseconds(300));
        Assert.Equal(4, link.Received.Count);
    }

    [Fact]
    public void A_dead_way_for_datagrams_leaves_all_to_the_stream()
    {
        using var link = new LaneLink(5) { Takes = () => false };
        var blocks = Stream(link, 100, 60_000);
        link.Run(Patience);
        AssertCame(blocks, link);
        Assert.Equal(100, link.Sender.Sent.StreamBlocks);
    }

    [Fact]
    public void A_receiver_that_reports_nothing_costs_a_bounded_memory_and_gets_all_on_the_stream()
    {
        var time = new ManualTime();
        var repeated = 0;
        var kept = 0L;
        using var sender = new LaneSender(1_200, time, _ => true);
        var block = new byte[20_000];
        for (var i = 0; i < 5_000; i++)
        {
            sender.TrySend(block, onStream: false, out _);
            while (sender.TryRepeat((_, bytes) => repeated += bytes.Length))
            {
            }

            kept = Math.Max(kept, (sender.Sent.Blocks * 20_000L) - repeated);
        }

        Assert.InRange(kept, 1, LaneLimits.KeptBytes);
        Assert.Equal(5_000, sender.Sent.Blocks + sender.Sent.StreamBlocks);
    }

    [Fact]
    public void Steady_blocks_are_sent_and_taken_without_allocation()
    {
        var time = new ManualTime();
        using var receiver = new LaneReceiver(time);
        using var sender = new LaneSender(1_200, time, datagram =>
        {
            receiver.Take(datagram);
            return true;
        });
        var frames = new byte[25_000];
        receiver.Take(new Protocol.Wire.LaneBlock(0, frames));
        sender.TrySend(frames, onStream: true, out _);
        void Round()
        {
            sender.TrySend(frames, onStream: false, out _);
            while (receiver.TryNext(out var block))
            {
                receiver.Return(block!);
            }
        }

        Round();
        receiver.TryNext(out _);
        for (var i = 0; i < 200; i++)
        {
            Round();
            sender.Take(new Protocol.Wire.LaneReport((uint)i + 2, 20, 1));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 200; i < 300; i++)
        {
            Round();
            sender.Take(new Protocol.Wire.LaneReport((uint)i + 2, 20, 1));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 64);
        Assert.True(sender.Sent.DataShards > 6_000);
    }

    // xUnit compares bytes one by one.
    private static void AssertCame(List<byte[]> blocks, LaneLink link)
    {
        Assert.Equal(blocks.Count, link.Received.Count);
        Assert.DoesNotContain(blocks.Zip(link.Received), pair => !pair.First.AsSpan().SequenceEqual(pair.Second));
    }

    private static List<byte[]> Stream(LaneLink link, int count, int bytes)
    {
        var blocks = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            var block = new byte[bytes];
            new Random(i).NextBytes(block);
            blocks.Add(block);
            link.Send(block);
            link.Run(Frame);
        }

        return blocks;
    }
}
