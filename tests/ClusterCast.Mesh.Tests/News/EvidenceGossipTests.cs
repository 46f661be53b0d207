using ClusterCast.Mesh.Discovery;
using ClusterCast.Mesh.News;
using ClusterCast.Mesh.Subscribing;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.News;

/// <summary>Evidence between relays in a row, of which the outer two know only the middle one.</summary>
public sealed class EvidenceGossipTests
{
    [Fact]
    public async Task Evidence_found_at_one_end_bans_at_the_other_and_is_kept()
    {
        await using var world = new MeshWorld();
        var relays = await Row(world, 3);
        var offender = world.Relay(9, options => options with { BootstrapPeers = [PeerOf(relays[2])], MaxPeers = 1 });
        await world.Until(() => relays[2].Peers.Any(peer => peer.Node == offender.NodeId));

        Assert.True(relays[0].Report(Offences.FalseReceipt(MeshWorld.Key(9), world.SigningKey)));
        await world.Until(() => relays.All(relay => relay.Banned.Contains(offender.NodeId)));
        await world.Until(() => relays[2].Peers.All(peer => peer.Node != offender.NodeId));
        Assert.All(relays, relay => Assert.Equal(1, relay.Snapshot().News.EvidenceAccepted));
        foreach (var number in new[] { 1, 2, 3 })
        {
            var file = Assert.Single(System.IO.Directory.GetFiles(Path.Combine(world.Directory, number.ToString()), "evidence-*.json"));
            Assert.EndsWith($"-{offender.NodeId}.json", file);
            var (domains, offence) = EvidenceFile.Read(await File.ReadAllTextAsync(file));
            Assert.True(offence.Judge(domains, world.SigningKeys).IsProven);
        }
    }

    [Fact]
    public async Task A_peer_that_comes_later_is_told()
    {
        await using var world = new MeshWorld();
        var first = world.Relay(1);
        Assert.True(first.Report(Offences.FalseReceipt(MeshWorld.Key(9), world.SigningKey)));
        var later = world.Relay(2, options => options with { BootstrapPeers = [PeerOf(first)] });
        await world.Until(() => later.Banned.Contains(MeshWorld.Key(9).Address));
    }

    [Fact]
    public async Task Forged_evidence_bans_nobody_goes_no_further_and_costs_its_sender_the_connection()
    {
        await using var world = new MeshWorld();
        var relays = await Row(world, 3);
        await using var web = await WebEnd.Open(relays[0]);
        var honest = Offences.FalseReceipt(MeshWorld.Key(2), world.SigningKey, isTrue: true);
        foreach (var forged in new[]
        {
            honest,
            honest with { Receipt = honest.Receipt with { ServedRoot = Hash32.Zero } },
            Offences.FalseReceipt(MeshWorld.Key(9), world.SigningKey) with { HeadSignature = default },
        })
        {
            using var liar = await RawPeer.Join(web.Url);
            await liar.Send(new EvidenceMessage(forged));
            Assert.Equal(GoodbyeCode.ProtocolError, Goodbye.Read((await liar.Read(FrameType.Goodbye)).Body).Code);
        }

        Assert.Equal(3, relays[0].Snapshot().News.Forged);
        Assert.False(relays[0].Report(honest));

        // True evidence that comes after it has gone the whole way: the forged one has not.
        relays[0].Report(Offences.FalseReceipt(MeshWorld.Key(8), world.SigningKey));
        await world.Until(() => relays[2].Banned.Count > 0);
        Assert.All(relays, relay => Assert.Equal([MeshWorld.Key(8).Address], relay.Banned));
        Assert.All(relays[1..], relay => Assert.Equal(0, relay.Snapshot().News.Forged));
    }

    [Fact]
    public async Task Old_known_and_undelegated_evidence_is_dropped_without_blame()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        await using var web = await WebEnd.Open(relay);
        using var peer = await RawPeer.Join(web.Url);
        await peer.Send(new EvidenceMessage(Offences.FalseReceipt(MeshWorld.Key(9), world.SigningKey, Offences.Now - (2 * 3_600_000))));
        await peer.Send(new EvidenceMessage(Offences.FalseReceipt(MeshWorld.Key(9), world.SigningKey, Offences.Now + 300_000)));
        await peer.Send(new EvidenceMessage(Offences.FalseReceipt(MeshWorld.Key(9), MeshWorld.Key(50))));
        var known = new EvidenceMessage(Offences.Equivocation(MeshWorld.Key(99)));
        await peer.Send(known);
        await peer.Send(known);

        // Another proof against the same key is not news.
        await peer.Send(new EvidenceMessage(Offences.Equivocation(MeshWorld.Key(99), window: 8)));
        await peer.Send(new Ping(5));
        while (Pong.Read((await peer.Read(FrameType.Pong)).Body).Value != 5)
        {
            // The answers to pings come in order.
        }

        Assert.Equal(new NewsSnapshot(1, 0, 0, 0, Duplicate: 2, Stale: 2, Unproven: 1, 0, 0), relay.Snapshot().News);
        Assert.Empty(relay.Banned);
    }

    [Fact]
    public async Task A_flood_of_evidence_is_dropped_beyond_its_rate()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        await using var web = await WebEnd.Open(relay);
        using var peer = await RawPeer.Join(web.Url);
        for (byte i = 0; i < 100; i++)
        {
            await peer.Send(new EvidenceMessage(Offences.FalseReceipt(MeshWorld.Key((byte)(100 + i)), world.SigningKey)));
        }

        await peer.Send(new Ping(5));
        while (Pong.Read((await peer.Read(FrameType.Pong)).Body).Value != 5)
        {
            // The answers to pings come in order.
        }

        var news = relay.Snapshot().News;
        Assert.Equal(100, news.EvidenceAccepted + news.Limited);
        Assert.InRange(news.EvidenceAccepted, NewsGate.EvidenceBurst, 99);
    }

    [Fact]
    public async Task A_signing_key_that_signed_two_things_is_trusted_no_longer_and_no_relay_is_blamed()
    {
        await using var world = new MeshWorld();
        var keys = new TwoKeys(world.SigningKey.Address, MeshWorld.Key(98).Address);
        var relay = world.Relay(1, options => options with { SigningKeys = keys });
        world.Bootstrap(relay);
        var viewer = world.Viewer(20, options => options with { SigningKeys = keys });
        var subscription = viewer.Subscribe(MeshWorld.Track);
        await using (Pump.Start(world, world.Publish(world.Broadcaster(10))))
        {
            Assert.Equal(1U, (await MeshWorld.Next(subscription)).Run);
            Assert.True(relay.Report(Offences.Equivocation(world.SigningKey)));
            await world.Until(() => viewer.MarkedKeys.Count == 1 && subscription.Statistics.State == SubscriptionState.Ended);
        }

        Assert.Equal(world.SigningKey.Address, Assert.Single(relay.MarkedKeys).Key);
        Assert.Empty(viewer.Banned);
        Assert.Empty(relay.Banned);

        // A new key is a new run.
        var publisher = world.Broadcaster(11).Publish(MeshWorld.Track, 2, MeshWorld.Key(98));
        publisher.SetInit("init"u8);
        publisher.AddPart("part"u8, 5_000, startsWindow: true);
        var part = await MeshWorld.Next(subscription);
        while (part.Run == 1)
        {
            part = await MeshWorld.Next(subscription);
        }

        Assert.Equal("part"u8, part.Bytes.Span);
    }

    private sealed class TwoKeys(Address first, Address second) : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) => key == first || key == second;
    }

    /// <summary>Relays 1, 2, 3, ...; each dials the one before it and nobody else.</summary>
    private static async Task<MeshNode[]> Row(MeshWorld world, int count)
    {
        var relays = new MeshNode[count];
        for (var i = 0; i < count; i++)
        {
            var before = i == 0 ? null : relays[i - 1];
            var relay = relays[i] = world.Relay((byte)(i + 1), options => options with { MaxPeers = 1, BootstrapPeers = before is null ? [] : [PeerOf(before)] });
            if (before is not null)
            {
                await world.Until(() => before.Peers.Any(peer => peer.Node == relay.NodeId));
            }
        }

        return relays;
    }

    private static BootstrapPeer PeerOf(MeshNode relay) => new(relay.NodeId, $"tls://{relay.TlsEndpoint}");
}
