using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

public sealed class TopicBoardTests
{
    private readonly ManualTime _time = new();
    private readonly List<DhtTopic> _announced = [];
    private readonly TopicBoard _board;

    public TopicBoardTests() => _board = new TopicBoard(_time, _announced.Add);

    private static DhtSubject Stream(ulong number) => DhtSubject.Of(MeshWorld.Domains.RelayStaking, new StreamId(number));

    [Fact]
    public void All_topics_of_a_subject_are_announced_at_once()
    {
        _board.Update([Stream(1)]);
        Assert.Equal(Stream(1).Topics.ToHashSet(), _announced.ToHashSet());
        _board.Update([Stream(1)]);
        Assert.Equal(DhtTopic.Copies, _announced.Count);
    }

    [Fact]
    public void A_topic_is_announced_soon_again_then_every_five_minutes()
    {
        var times = new List<int>();
        for (var second = 0; second < 3_600; second++)
        {
            _announced.Clear();
            _board.Update([Stream(1)]);
            if (_announced.Count > 0)
            {
                times.Add(second);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 2, 7], times.Take(3));
        Assert.All(times.Zip(times.Skip(1)).TakeLast(5), pair => Assert.Equal(300, pair.Second - pair.First));
    }

    [Fact]
    public void What_is_carried_no_longer_is_not_announced_again_and_begins_anew_when_it_comes_back()
    {
        _board.Update([Stream(1)]);
        _board.Update([]);
        _time.Advance(TimeSpan.FromMinutes(10));
        _board.Update([Stream(2)]);
        Assert.Equal(2 * DhtTopic.Copies, _announced.Count);
        _board.Update([Stream(1), Stream(2)]);
        Assert.Equal(3 * DhtTopic.Copies, _announced.Count);
    }
}
