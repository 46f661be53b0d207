using System.Diagnostics;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports;

/// <summary>
/// Every message that a peer can send, whole, bent and made up, at a living relay: the relay goes on serving, logs no error and holds no more memory.
/// The seed is fixed; FUZZ_SECONDS makes the run longer, with further seeds.
/// </summary>
public sealed class DispatcherFuzzTests
{
    private const long MemoryBound = 96L * 1024 * 1024;
    private const int Connections = 150;

    [Fact]
    public async Task No_frame_harms_a_relay()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1, options => options with { MaxConnections = 64, CacheBytes = 4 * 1024 * 1024 });
        world.Bootstrap(relay);
        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        await world.Until(() => relay.Carried is [{ Path: not null }]);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SECONDS"), out var wanted) ? wanted : 0;
        var watch = Stopwatch.StartNew();
        for (var seed = 0; seed < Connections || watch.Elapsed.TotalSeconds < seconds; seed++)
        {
            await Attack(relay, new Random(seed));
            if (seed % 10 == 0)
            {
                world.Add(publisher);
            }
        }

        await world.Until(() => relay.Connections.All.Count <= 1);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < MemoryBound);

        // It still serves.
        var viewer = world.Viewer(20).Subscribe(MeshWorld.Track);
        Assert.NotEmpty((await MeshWorld.Next(viewer)).Bytes.ToArray());
    }

    private static async Task Attack(MeshNode relay, Random random)
    {
        var self = MeshWorld.Key((byte)(100 + random.Next(50))).Address;
        var transport = new MemoryTransport(random.Next(4) == 0 ? null : self);
        var running = relay.Connector.RunAsync(transport);
        var draining = Task.Run(async () =>
        {
            while (true)
            {
                var read = await transport.Output.ReadAsync();
                transport.Output.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        });

        try
        {
            await Write(transport, Frame.Encode(new Hello(1, (PeerRole)random.Next(4), 31_337, Hash(random))));
            for (var i = random.Next(1, 60); i > 0 && !running.IsCompleted; i--)
            {
                await Write(transport, Bend(Message(random, self), random));
            }
        }
        catch (InvalidOperationException)
        {
            // The relay has closed the connection.
        }

        transport.Input.Complete();
        await running.WaitAsync(MeshWorld.Bound);
        await draining.WaitAsync(MeshWorld.Bound);
    }

    private static async Task Write(MemoryTransport transport, byte[] bytes) => await transport.Input.WriteAsync(bytes);

    private static byte[] Message(Random random, Address self)
    {
        var stream = random.Next(3) == 0 ? new StreamId(Hash(random)) : MeshWorld.Track.Stream;
        var track = random.Next(3) == 0 ? (ushort)random.Next(65_536) : MeshWorld.Track.Track;
        var channel = (byte)random.Next(4);
        var window = (uint)random.Next(4);
        var part = (ushort)random.Next(3);
        var signature = Signature.From(Bytes(random, 65));
        var hashes = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Hash(random)).ToArray();
        var length = (uint)(hashes.Length * 16_384);
        switch (random.Next(36))
        {
            case 0: return Frame.Encode(new Hello(1, PeerRole.Relay, 31_337, Hash(random)));
            case 1: return Frame.Encode(new Welcome(1, self, signature));
            case 2: return random.Next(8) == 0 ? Frame.Encode(new Goodbye(GoodbyeCode.ShuttingDown, "bye")) : [];
            case 3: return Frame.Encode(new Ping((ulong)random.NextInt64()));
            case 4: return Frame.Encode(new Pong((ulong)random.NextInt64()));
            case 5: case 6: return Frame.Encode(new Subscribe(channel, stream, track, window, part));
            case 7: return Frame.Encode(new Subscribed(channel, (ulong)random.Next(3), window));
            case 8: return Frame.Encode(new Refused(channel, (RefusalCode)random.Next(7), (uint)random.Next(), "no"));
            case 9: return Frame.Encode(new Unsubscribe(channel));
            case 10: return Frame.Encode(new Ended(channel, (ulong)random.Next(3)));
            case 11: return Frame.Encode(new InitMessage(channel, (ulong)random.Next(3), track, Bytes(random, random.Next(1, 2_000))));
            case 12: return Frame.Encode(new WindowMessage(channel, window, Hash(random)));
            case 13: return Frame.Encode(new PartMessage(channel, window, part, 5, (PartFlags)random.Next(2), length, (HeadFlags)random.Next(2), signature, hashes));
            case 14: return Frame.Encode(new HeadMessage(channel, window, part, 5, (HeadFlags)random.Next(2), signature));
            case 15: return Frame.Encode(new NodeMessage(channel, window, part, 5, (PartFlags)random.Next(2), length, hashes));
            case 16: return Frame.Encode(new LeafMessage(channel, window, part, (byte)random.Next(3), Bytes(random, random.Next(1, 16_385))));
            case 17: return Frame.Encode(new SessionOpenMessage(self, self, Hash(random), 1, signature));
            case 18: return Frame.Encode(new Offer(Hash(random), stream, 1, 1, 1, Hash(random), 1, 1));
            case 19: return Frame.Encode(new TicketMessage(self, stream, 1, Hash(random), 1, 1, 1, 1, 1, signature));
            case 20: return Frame.Encode(new TicketRefused(Hash(random), PaymentRefusal.BadSignature, "no"));
            case 21: return Frame.Encode(new ReceiptMessage(self, self, Hash(random), Hash(random), 1, 1, signature));
            case 22: return Frame.Encode(new SessionRefused(PaymentRefusal.PurseTooLow, "no"));
            case 23: return Frame.Encode(new SessionClose(self));
            case 24: return Frame.Encode(Record(random));
            case 25:
                var path = Enumerable.Range(0, random.Next(7)).Select(_ => Address.From(Bytes(random, 20))).Append(self).ToArray();
                return Frame.Encode(new Announce(stream, track, (ulong)random.Next(3), path));
            case 26: return Frame.Encode(new Resend((uint)random.Next(4), (byte)random.Next(5)));
            case 27: return Frame.Encode(new LaneReport((uint)random.Next(4), (uint)random.Next(100), (uint)random.Next(100)));
            case 28: return Frame.Encode(new LaneOpen((byte)random.Next(3)));
            case 29: return Frame.Encode(new LaneBlock((uint)random.Next(4), Bytes(random, random.Next(0, 100))));
            case 30: return Frame.Encode(new Withdraw(stream, track));
            case 31: return Frame.Encode(new Fetch(channel, stream, track, (ulong)random.Next(3), window, part, (ushort)random.Next(3)));
            case 32: return Frame.Encode(new Have(stream, track, (ulong)random.Next(3), window, (ulong)random.NextInt64()));
            case 33: return Frame.Encode(new SessionNews(new SessionOpenMessage(self, self, Hash(random), News.Offences.Now, signature)));
            case 34: return Frame.Encode(new SessionEndMessage(self, self, Hash(random), News.Offences.Now, signature));
            default: return Frame.Encode(new EvidenceMessage(
                random.Next(2) == 0
                    ? News.Offences.FalseReceipt(MeshWorld.Key((byte)random.Next(100, 150)), MeshWorld.Key(99), isTrue: random.Next(2) == 0)
                    : News.Offences.Equivocation(MeshWorld.Key((byte)random.Next(100, 150)))));
        }
    }

    private static RelayRecord Record(Random random)
    {
        var now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return RelayRecord.Sign(
            MeshWorld.Key((byte)(100 + random.Next(50))), Address.Zero, (ulong)random.Next(), now + (ulong)random.Next(1_000), now + 60_000,
            [new Endpoint((EndpointKind)random.Next(4), random.Next(2) == 0 ? "tls://127.0.0.1:1" : "nonsense")],
            [new CarriedTrack(MeshWorld.Track, 1, 2)], MeshWorld.Domains.RelayStaking);
    }

    // Half of the messages go as they are; the others are flipped, cut, stretched, or replaced by noise of any type.
    private static byte[] Bend(byte[] frame, Random random)
    {
        if (frame.Length == 0)
        {
            return [(byte)random.Next(256), 0];
        }

        switch (random.Next(10))
        {
            case 0:
                frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                return frame;
            case 1:
                return frame[..random.Next(1, frame.Length + 1)];
            case 2:
                return [.. frame, .. Bytes(random, random.Next(1, 64))];
            case 3:
                var noise = Bytes(random, random.Next(1, 3_000));
                var made = new byte[5 + noise.Length];
                var header = Frame.WriteHeader(made, (FrameType)random.Next(256), noise.Length);
                noise.CopyTo(made, header);
                return made[..(header + noise.Length)];
            default:
                return frame;
        }
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Hash32 Hash(Random random) => Hash32.From(Bytes(random, 32));
}
