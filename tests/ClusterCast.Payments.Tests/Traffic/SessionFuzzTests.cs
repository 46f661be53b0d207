using ClusterCast.Protocol.Tests;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

/// <summary>Whatever a peer sends, a session answers in sentences or closes with a protocol error, and money stays where it is.</summary>
public sealed class SessionFuzzTests
{
    private static readonly FrameType[] ForTill = [.. Enum.GetValues<FrameType>().Where(SessionFrames.IsForTill)];
    private static readonly FrameType[] ForPurse = [.. Enum.GetValues<FrameType>().Where(SessionFrames.IsForPurse)];

    [Fact]
    public void Every_session_frame_belongs_to_one_side()
    {
        Assert.Equal(7, ForTill.Length + ForPurse.Length);
        Assert.Empty(ForTill.Intersect(ForPurse));
    }

    [Fact]
    public void A_till_survives_any_frame()
    {
        using var world = new World();
        var corpus = Corpus(world);
        Fuzzing.Run(3_000, random =>
        {
            var link = world.Connect();
            if (random.Next(3) > 0)
            {
                link.Settle();
            }

            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var (type, body) = Next(random, corpus, ForTill);
                Try(() => link.Payee.OnFrame(type, body));
                link.Payee.TrySpend(random.Next(16_385));
            }

            Assert.True(link.ToPurse.Count <= 8);
            Assert.True(link.Payee.DebtBytes <= world.Tariff.LargestCredit);
            link.Dispose();
        });
        Assert.True(world.Till.Statistics.TicketsAccepted <= world.Purse.Statistics.Total.TicketsSent);
        Assert.True(world.Till.Statistics.BytesPaid <= world.Purse.Statistics.Total.BytesPaid);
    }

    [Fact]
    public void A_purse_survives_any_frame_and_pays_no_more_than_was_verified()
    {
        using var world = new World();
        var corpus = Corpus(world);
        Fuzzing.Run(3_000, random =>
        {
            var link = world.Connect();
            if (random.Next(3) > 0)
            {
                link.Settle();
            }

            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var (type, body) = Next(random, corpus, ForPurse);
                Try(() => link.Payer.OnFrame(type, body));
                link.Payer.OnVerified(random.Next(40_000));
                Assert.Equal(link.Payer.IsRefused, link.Payer.Reason.Length > 0);
            }

            Assert.True(link.ToTill.Count <= 10);
            link.Dispose();
            var total = world.Purse.Statistics.Total;
            Assert.True(total.BytesPaid <= total.BytesVerified);
        });
    }

    /// <summary>Real frames of a session, to be damaged.</summary>
    private static List<(FrameType Type, byte[] Body)> Corpus(World world)
    {
        using var link = world.Connect().Settle();
        link.Stream(2_000_000);
        link.Payee.OnWindowServed(world.Head(1), 5, complete: true);
        _ = link.Payer.CloseAsync(TimeSpan.FromSeconds(1));
        link.Settle();
        var frames = link.Passed.Select(frame => ((FrameType)frame[0], Link.Body(frame))).ToList();
        frames.Add((FrameType.TicketRefused, Link.Body(Frame.Encode(new TicketRefused(default, PaymentRefusal.WrongFields, "Why.")))));
        frames.Add((FrameType.SessionRefused, Link.Body(Frame.Encode(new SessionRefused(PaymentRefusal.StaleTime, "Why.")))));
        return frames;
    }

    private static (FrameType Type, byte[] Body) Next(Random random, List<(FrameType Type, byte[] Body)> corpus, FrameType[] types)
    {
        var type = types[random.Next(types.Length)];
        var real = corpus.Where(frame => frame.Type == type).ToList();
        var body = real[random.Next(real.Count)].Body;
        return random.Next(10) switch
        {
            0 => (type, random.Bytes(random.Next(300))),
            1 => (type, body),
            2 => ((FrameType)random.Next(256), body),
            _ => (type, random.Mutate(body)),
        };
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (WireException)
        {
            // The connection would be closed with a protocol error.
        }
    }
}
