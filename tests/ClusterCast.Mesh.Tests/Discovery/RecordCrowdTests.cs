using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Discovery;

/// <summary>Thousands of made-up relays against few honest ones.</summary>
public sealed class RecordCrowdTests
{
    private readonly ManualTime _time = new();
    private readonly Dictionary<Address, ulong> _stakes = [];
    private readonly HashSet<Address> _connected = [];
    private readonly RecordBook _book;

    public RecordCrowdTests() => _book = Book(1);

    private ulong Now => (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void Staked_relays_are_neither_displaced_nor_outranked()
    {
        var honest = Enumerable.Range(1, 100).Select(key => Staked(key, 100_000_000)).ToList();
        Assert.All(honest.Take(50), record => Assert.Equal(RecordVerdict.New, _book.Accept(record)));
        Flood(3_000);
        Assert.All(honest.Skip(50), record => Assert.Equal(RecordVerdict.New, _book.Accept(record)));
        Flood(500, from: 20_000);

        var current = _book.Current;
        Assert.Equal(honest.Select(record => record.Node).ToHashSet(), current.Take(100).Select(record => record.Node).ToHashSet());
        Assert.Equal(100 + RecordBook.UnstakedCapacity, current.Count);
        Assert.True(_book.Refused(RecordVerdict.Crowded) > 2_900);
    }

    [Fact]
    public void One_network_without_stakes_has_few_places()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _book.Accept(At(1_000 + i, "203.0.113." + (i % 250)));
        }

        Assert.Equal(RecordBook.DefaultPerNetwork, _book.Current.Count);
        Assert.Equal(RecordVerdict.New, _book.Accept(At(1, "198.51.100.1")));
        _stakes[Key(2)] = 1;
        Assert.Equal(RecordVerdict.New, _book.Accept(At(2, "203.0.113.7")));
    }

    [Theory]
    [InlineData("[2001:db8:1:1::1]", "[2001:db8:1:ffff::2]", true)]
    [InlineData("[2001:db8:1::1]", "[2001:db8:2::1]", false)]
    [InlineData("a.relay.example", "b.c.RELAY.example", true)]
    [InlineData("a.relay.example", "a.other.example", false)]
    [InlineData("192.0.2.1", "[::ffff:192.0.2.200]", true)]
    public void Networks_are_told_apart(string one, string other, bool same) =>
        Assert.Equal(same, NetworkPrefix.Of(At(1, one)) == NetworkPrefix.Of(At(2, other)));

    [Fact]
    public void A_full_book_takes_one_newcomer_a_second_and_keeps_whom_it_is_connected_to()
    {
        var friends = Enumerable.Range(1, 20).Select(key => At(key, $"198.51.{key}.1")).ToList();
        friends.ForEach(record => _connected.Add(record.Node));
        Assert.All(friends, record => Assert.Equal(RecordVerdict.New, _book.Accept(record)));
        Flood(2_000);
        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var fresh = Enumerable.Range(0, 20).Count(i => _book.Accept(Sybil(30_000 + (second * 20) + i)) == RecordVerdict.New);
            Assert.Equal(1, fresh);
        }

        var known = _book.Current.Select(record => record.Node).ToHashSet();
        Assert.All(friends, friend => Assert.Contains(friend.Node, known));
    }

    [Fact]
    public void The_dead_make_room_for_the_living()
    {
        Flood(RecordBook.UnstakedCapacity);
        Assert.Equal(RecordBook.UnstakedCapacity, _book.Current.Count);
        _time.Advance(TimeSpan.FromSeconds(91));
        Flood(RecordBook.UnstakedCapacity, from: 20_000);
        Assert.Equal(RecordBook.UnstakedCapacity, _book.Current.Count);
    }

    [Fact]
    public void Among_a_thousand_staked_ones_the_smallest_stake_goes()
    {
        for (var key = 1; key <= RecordBook.Capacity; key++)
        {
            Assert.Equal(RecordVerdict.New, _book.Accept(Staked(key, (ulong)(10 + key))));
        }

        Assert.Equal(RecordVerdict.Crowded, _book.Accept(Staked(5_001, 11)));
        Assert.Equal(RecordVerdict.Crowded, _book.Accept(Sybil(9)));
        Assert.Equal(RecordVerdict.New, _book.Accept(Staked(5_002, 12)));
        Assert.Null(_book.Find(Key(1)));
        Assert.NotNull(_book.Find(Key(2)));
    }

    [Fact]
    public void A_larger_stake_comes_first_in_proportion_and_not_always()
    {
        var (large, small) = (Staked(1, 9), Staked(2, 1));
        var first = Enumerable.Range(1, 400).Count(seed =>
        {
            var book = Book(seed);
            book.Accept(large);
            book.Accept(small);
            return book.Current[0].Node == large.Node;
        });
        Assert.InRange(first, 330, 385);
    }

    private static Address Key(int key) => At(key, "192.0.2.1").Node;

    private static RelayRecord At(int key, string host, ulong issued = 0) =>
        RecordBookTests.Record(key, issued == 0 ? (ulong)new ManualTime().GetUtcNow().ToUnixTimeMilliseconds() : issued, url: $"tls://{host}:4430");

    private RecordBook Book(int seed) => new(
        MeshWorld.Domains.RelayStaking, _time, new SeededRandom(seed), new Stakes(_stakes), RecordBook.DefaultPerNetwork, _connected.Contains);

    private RelayRecord Staked(int key, ulong stake)
    {
        var record = At(key, "192.0.2.1", Now);
        _stakes[record.Node] = stake;
        return record;
    }

    private RelayRecord Sybil(int number) => At(100_000 + number, $"20.{number >> 8 & 255}.{number & 255}.1", Now);

    private void Flood(int count, int from = 0)
    {
        for (var i = 0; i < count; i++)
        {
            _book.Accept(Sybil(from + i));
        }
    }

    private sealed class Stakes(Dictionary<Address, ulong> stakes) : IRelayStakes
    {
        public ulong StakeOf(Address node) => stakes.GetValueOrDefault(node);
    }
}
