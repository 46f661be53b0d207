using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;
using FsCheck.Fluent;

namespace ClusterCast.Mesh.Tests.Discovery;

public sealed class RecordBookTests
{
    private readonly ManualTime _time = new();
    private readonly RecordBook _book;

    public RecordBookTests() => _book = new RecordBook(MeshWorld.Domains.RelayStaking, _time, new SeededRandom(1));

    private ulong Now => (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void The_newest_record_of_a_node_wins_whatever_the_order()
    {
        var orders = FsCheck.Fluent.Gen.Shuffle(Enumerable.Range(0, 6).ToArray());
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(orders), order =>
        {
            var book = new RecordBook(MeshWorld.Domains.RelayStaking, _time, new SeededRandom(1));
            foreach (var number in order)
            {
                var verdict = book.Accept(Record(1, issued: Now + (ulong)number, price: (ulong)number));
                Assert.True(verdict is RecordVerdict.New or RecordVerdict.Replayed);
            }

            return Assert.Single(book.Current).Price == 5;
        }));
    }

    [Fact]
    public void A_replayed_record_is_no_news()
    {
        var record = Record(1, Now);
        Assert.Equal(RecordVerdict.New, _book.Accept(record));
        Assert.Equal(RecordVerdict.Known, _book.Accept(record));
        Assert.Equal(RecordVerdict.Replayed, _book.Accept(Record(1, Now - 1)));
        Assert.Equal((1, 1), (_book.Refused(RecordVerdict.Known), _book.Refused(RecordVerdict.Replayed)));
    }

    [Fact]
    public void A_record_dies_at_its_time()
    {
        var record = Record(1, Now);
        _book.Accept(record);
        _time.Advance(TimeSpan.FromSeconds(90) - TimeSpan.FromMilliseconds(1));
        Assert.Single(_book.Current);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(_book.Current);
        Assert.Null(_book.Find(record.Node));
        Assert.Equal(RecordVerdict.Expired, _book.Accept(record));
        Assert.Equal(1, _book.Refused(RecordVerdict.Expired));
    }

    [Fact]
    public void A_record_from_the_future_is_refused()
    {
        Assert.Equal(RecordVerdict.Future, _book.Accept(Record(1, Now + 30_001)));
        Assert.Equal(1, _book.Refused(RecordVerdict.Future));
    }

    [Fact]
    public void A_record_that_its_node_did_not_sign_is_refused()
    {
        Assert.Equal(RecordVerdict.Forged, _book.Accept(Record(1, Now) with { Price = 0 }));
        Assert.Equal(RecordVerdict.Forged, _book.Accept(Record(1, Now) with { Node = MeshWorld.Key(2).Address }));
        Assert.Empty(_book.Current);
        Assert.Equal(2, _book.Refused(RecordVerdict.Forged));
    }

    [Fact]
    public void A_node_may_change_its_record_often_but_not_for_long()
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(RecordVerdict.New, _book.Accept(Record(1, Now + (ulong)i)));
        }

        Assert.Equal(RecordVerdict.TooOften, _book.Accept(Record(1, Now + 8)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RecordVerdict.New, _book.Accept(Record(1, Now + 9)));
        Assert.Equal(RecordVerdict.TooOften, _book.Accept(Record(1, Now + 10)));
    }

    [Fact]
    public async Task An_oversized_record_is_counted_and_ends_the_connection()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        await using var web = await WebEnd.Open(relay);
        using var peer = await RawPeer.Join(web.Url);
        var record = Record(7, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        await peer.Send(record with { Endpoints = [.. Enumerable.Repeat(record.Endpoints[0], 9)] });
        await peer.Read(FrameType.Goodbye);
        Assert.Equal(1, relay.RefusedRecords(RecordVerdict.Malformed));
        Assert.Empty(relay.Records);
    }

    [Fact]
    public void Relays_are_found_by_track_and_by_stream()
    {
        _book.Accept(Record(1, Now));
        Assert.Single(_book.Carrying(MeshWorld.Track));
        Assert.Single(_book.Carrying(MeshWorld.Track with { Track = 0 }));
        Assert.Empty(_book.Carrying(MeshWorld.Track with { Track = 1_080 }));
    }

    [Fact]
    public async Task Records_reach_every_node_and_follow_the_tracks()
    {
        await using var world = new MeshWorld();
        var first = world.Relay(1, o => o with { Price = 7 });
        world.Bootstrap(first);
        var second = world.Relay(2);
        var portal = world.Viewer(20);
        await world.Until(() => portal.Records.Count == 2);
        Assert.Equal(7UL, portal.Records.Single(record => record.Node == first.NodeId).Price);
        Assert.All(portal.Records, record => Assert.Empty(record.Tracks));

        var publisher = world.Publish(world.Broadcaster(10));
        world.Add(publisher);
        await world.Until(() => portal.Records.All(record => record.Tracks is [{ Track: var track, NewestWindow: 1 }] && track == MeshWorld.Track));
        Assert.Contains(portal.Records, record => record.Node == second.NodeId);
    }

    [Fact]
    public async Task Good_peers_are_remembered_over_a_restart()
    {
        await using var world = new MeshWorld();
        var relay = world.Relay(1);
        world.Bootstrap(relay);
        var viewer = world.Viewer(20);
        var file = Path.Combine(world.Directory, "20", "peers.json");
        await world.Until(() => File.Exists(file));
        await viewer.DisposeAsync();

        var again = world.Viewer(20, o => o with { BootstrapFile = null });
        await world.Until(() => again.Peers is [{ Node: var node }] && node == relay.NodeId);
    }

    internal static RelayRecord Record(int key, ulong issued, ulong price = 3, string url = "tls://192.0.2.1:1")
    {
        var bytes = new byte[32];
        bytes[0] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(28), key);
        return RelayRecord.Sign(
            PrivateKey.From(bytes), Address.Zero, price, issued, issued + 90_000, [new Endpoint(EndpointKind.Tls, url)],
            [new CarriedTrack(MeshWorld.Track, 1, 2)], MeshWorld.Domains.RelayStaking);
    }
}
