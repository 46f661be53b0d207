using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>Whatever a peer sends over a lane, the receiver's memory and its questions stay bounded, and it hands up nothing out of order.</summary>
public sealed class HostileSenderTests
{
    [Fact]
    public void Blocks_that_never_become_complete_fill_no_more_than_the_bound()
    {
        using var receiver = new LaneReceiver(new ManualTime());
        var datagram = new byte[Shard.HeaderBytes + 512];
        for (uint block = 0; block < 100_000; block++)
        {
            new Shard(block, 0, 128, 192, ushort.MaxValue).Write(datagram);
            receiver.Take(datagram);
        }

        Assert.InRange(receiver.WaitingBytes, 1, LaneLimits.WaitingBytes);
        Assert.False(receiver.TryNext(out _));
        Assert.True(receiver.Useless > 90_000);
    }

    [Fact]
    public void Jumps_of_the_number_are_dropped_and_the_lane_goes_on()
    {
        using var receiver = new LaneReceiver(new ManualTime());
        foreach (var block in new uint[] { uint.MaxValue, 1_000_000, LaneLimits.Window, 0 })
        {
            Send(receiver, new Shard(block, 0, 1, 1, 3), [1, 2, 3]);
        }

        Assert.True(receiver.TryNext(out var first));
        Assert.Equal([1, 2, 3], first!.Frames.ToArray());
        Assert.False(receiver.TryNext(out _));
        Assert.Equal(3, receiver.Useless);
    }

    [Fact]
    public void A_block_on_the_stream_that_is_too_far_ahead_ends_the_connection()
    {
        using var receiver = new LaneReceiver(new ManualTime());
        Assert.Throws<WireException>(() => receiver.Take(new LaneBlock(LaneLimits.Window, [0])));
        Assert.Throws<WireException>(() => Flood(receiver));
    }

    [Fact]
    public void Shards_that_contradict_each_other_are_dropped()
    {
        using var receiver = new LaneReceiver(new ManualTime());
        Send(receiver, new Shard(0, 0, 2, 3, 4), [1, 2]);
        Send(receiver, new Shard(0, 1, 2, 3, 3), [9, 9]);
        Send(receiver, new Shard(0, 1, 3, 3, 6), [9, 9]);
        Send(receiver, new Shard(0, 0, 2, 3, 4), [8, 8]);
        Assert.False(receiver.TryNext(out _));
        Send(receiver, new Shard(0, 1, 2, 3, 4), [3, 4]);
        Assert.True(receiver.TryNext(out var block));
        Assert.Equal([1, 2, 3, 4], block!.Frames.ToArray());
        Assert.Equal(3, receiver.Useless);
    }

    [Fact]
    public void A_block_is_asked_for_twice_at_most()
    {
        var time = new ManualTime();
        using var receiver = new LaneReceiver(time);
        Send(receiver, new Shard(1, 0, 1, 1, 3), [1, 2, 3]);
        var asked = new List<Resend>();
        for (var i = 0; i < 1_000; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            receiver.Poll(TimeSpan.FromMilliseconds(40), asked.Add, _ => { });
        }

        Assert.Equal([new Resend(0, 0), new Resend(0, 0)], asked);
    }

    [Fact]
    public void Datagrams_of_the_corpus_bent_and_made_up_do_no_harm()
    {
        var corpus = Vectors.Read("shards.json")["shards"]!.AsArray().Concat(Vectors.Read("shards.json")["invalid"]!.AsArray())
            .Select(vector => Hex.Decode(vector!["hex"]!.GetValue<string>())).ToList();
        Properties.Hold(
            random =>
            {
                var time = new ManualTime();
                using var receiver = new LaneReceiver(time);
                var next = 0u;
                for (var i = 0; i < 300; i++)
                {
                    Take(receiver, random, corpus, next);
                    time.Advance(TimeSpan.FromMilliseconds(random.Next(30)));
                    receiver.Poll(TimeSpan.FromMilliseconds(random.Next(100)), ask => Assert.True(ask.Block >= next), report => Assert.True(report.Next >= next));
                    while (receiver.TryNext(out var block))
                    {
                        Assert.Equal(next++, block!.Number);
                        receiver.Return(block);
                    }
                }
            },
            100);
    }

    private static void Flood(LaneReceiver receiver)
    {
        for (uint block = 1; block < LaneLimits.Window; block++)
        {
            receiver.Take(new LaneBlock(block, new byte[60_000]));
        }
    }

    private static void Take(LaneReceiver receiver, Random random, List<byte[]> corpus, uint next)
    {
        var near = next + (uint)random.Next(8);
        switch (random.Next(4))
        {
            case 0:
                var bent = corpus[random.Next(corpus.Count)].ToArray();
                bent[random.Next(bent.Length)] ^= (byte)(1 << random.Next(8));
                receiver.Take(bent);
                break;
            case 1:
                var noise = new byte[random.Next(40)];
                random.NextBytes(noise);
                receiver.Take(noise);
                break;
            case 2:
                receiver.Take(new LaneBlock(near, new byte[random.Next(0, 50)]));
                break;
            default:
                var data = random.Next(1, 5);
                var shard = new Shard(near, (byte)random.Next(data + 3), (byte)data, (byte)(data + random.Next(3)), (ushort)(data * random.Next(1, 9)));
                var bytes = new byte[shard.Size];
                random.NextBytes(bytes);
                Send(receiver, shard, bytes);
                break;
        }
    }

    private static void Send(LaneReceiver receiver, Shard shard, byte[] bytes)
    {
        var datagram = new byte[Shard.HeaderBytes + bytes.Length];
        shard.Write(datagram);
        bytes.CopyTo(datagram, Shard.HeaderBytes);
        receiver.Take(datagram);
    }
}
