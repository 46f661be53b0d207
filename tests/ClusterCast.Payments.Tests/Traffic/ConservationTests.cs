using ClusterCast.Protocol.Tests;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

/// <summary>Purse and till over random traffic: frames are lost, repeated and overtaken, connections break, either side restarts its session.</summary>
public sealed class ConservationTests
{
    [Fact]
    public void Both_sides_agree_once_all_frames_are_through() => Properties.Hold(
        random =>
        {
            using var world = new World(random.Next(), TariffOf(random));
            var run = new Run(world, random, losesMedia: false);
            run.Go();
            run.Quiesce();

            var (paid, earned) = (world.Purse.Statistics.Total, world.Till.Statistics);
            Assert.Equal((paid.TicketsSent, paid.BytesPaid, paid.ValueScaled), (earned.TicketsAccepted, earned.BytesPaid, earned.ValueScaled));
            Assert.Equal((paid.TicketsSent, 0L), (paid.TicketsAcknowledged, paid.TicketsRefused));
            Assert.Equal((paid.BytesVerified, 0L), (paid.BytesPaid, run.Link.Payee.DebtBytes));
            Assert.Equal(earned.BytesServed, paid.BytesVerified);

            // No commitment has two tickets, whatever was resent.
            foreach (var same in run.Tickets.GroupBy(frame => TicketMessage.Read(Link.Body(frame)).Commit))
            {
                Assert.All(same, frame => Assert.Equal(same.First(), frame));
            }

            // Expected value is the exact price, rounded down by less than one step of the probability for each ticket.
            var exact = (System.Numerics.BigInteger)paid.CostTimes1E9 << 64;
            var short1E9 = exact - ((System.Numerics.BigInteger)paid.ValueScaled * 1_000_000_000);
            Assert.InRange(short1E9, 0, (System.Numerics.BigInteger)paid.TicketsSent * world.Tariff.FaceValue * 1_000_000_000);
        },
        times: 60);

    [Fact]
    public void Neither_side_loses_more_than_the_credit_at_any_moment() => Properties.Hold(
        random =>
        {
            using var world = new World(random.Next(), TariffOf(random), new TillPolicy { Exposure = TimeSpan.FromSeconds(5), WriteOffInterval = TimeSpan.FromDays(1_000) });
            var run = new Run(world, random, losesMedia: true)
            {
                AfterStep = () =>
                {
                    var till = world.Till.Statistics;
                    var unpaid = (long)till.BytesServed - (long)till.BytesPaid;
                    Assert.True(unpaid <= world.Tariff.LargestCredit, $"{unpaid} bytes are unpaid.");

                    var purse = world.Purse.Statistics.Total;
                    Assert.True(purse.BytesPaid <= purse.BytesVerified + purse.BytesAhead);
                },
            };
            run.Go();
        },
        times: 60);

    private static TillTariff TariffOf(Random random) => new(
        price: (ulong)random.Next(1, 2_000_000), faceValue: (uint)random.Next(800, 20_000), ticketBytes: (uint)random.Next(32_768, 400_000), joiningBurstBytes: (uint)random.Next(0, 1_500_000));

    private sealed class Run(World world, Random random, bool losesMedia)
    {
        public Link Link { get; private set; } = world.Connect();

        public List<byte[]> Tickets { get; } = [];

        public Action AfterStep { get; init; } = () => { };

        public void Go()
        {
            for (var step = 0; step < 400; step++)
            {
                Step();
                AfterStep();
            }
        }

        /// <summary>Everything arrives from now on, and the viewer settles.</summary>
        public void Quiesce()
        {
            for (var round = 0; round < 40; round++)
            {
                Drain();
                world.Time.Advance(PurseSession.SettleAfter);
                world.Purse.Tick();
            }

            Drain();
            Tickets.AddRange(Link.Sent.Where(frame => frame[0] == (byte)FrameType.Ticket));
        }

        private void Step()
        {
            switch (random.Next(10))
            {
                case 0 or 1 or 2 or 3:
                    var leaf = random.Next(1, 16_385);
                    if (Link.Payee.TrySpend(leaf) && !(losesMedia && random.Next(20) == 0))
                    {
                        Link.Payer.OnVerified(leaf);
                    }

                    break;
                case 4 or 5 or 6:
                    Pass(Link.ToTill, Link.PassToTill);
                    Pass(Link.ToPurse, Link.PassToPurse);
                    break;
                case 7:
                    Drain();
                    break;
                case 8:
                    world.Time.Advance(TimeSpan.FromMilliseconds(random.Next(1_500)));
                    world.Purse.Tick();
                    break;
                case 9 when random.Next(8) == 0 && Link.Payer.State != PurseSessionState.Opening:
                    Reconnect();
                    break;
            }

            if (Link.Payer.Refusal == PurseRefusal.NoAnswer)
            {
                Reconnect();
            }

            Assert.False(Link.Payer.IsRefused, Link.Payer.Reason);
        }

        private void Pass(List<byte[]> frames, Action<int, bool> pass)
        {
            if (frames.Count == 0)
            {
                return;
            }

            var at = random.Next(frames.Count);
            switch (random.Next(6))
            {
                case 0:
                    frames.RemoveAt(at);
                    break;
                case 1:
                    pass(at, true);
                    break;
                default:
                    pass(at, false);
                    break;
            }
        }

        private void Drain() => Link.Settle();

        private void Reconnect()
        {
            Tickets.AddRange(Link.Sent.Where(frame => frame[0] == (byte)FrameType.Ticket));
            Link.Dispose();
            Link = world.Connect();
        }
    }
}
