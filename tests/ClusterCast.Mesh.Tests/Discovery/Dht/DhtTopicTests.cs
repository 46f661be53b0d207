using ClusterCast.Mesh.Discovery.Dht;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Tests.Discovery.Dht;

public sealed class DhtTopicTests
{
    private static readonly Protocol.Signing.Eip712Domain Domain = MeshWorld.Domains.RelayStaking;

    // By hand: printf 'clustercast topic\x01...' | sha1sum, as spec/discovery.md lays it out.
    [Fact]
    public void The_topics_are_those_of_the_specification()
    {
        Assert.Equal(
            ["ccc48fc13d6cdc8b1968eac5a09121abc2f4c3ee", "6532e24e4250f7dedfcf5c06129741583cf8be6f", "a567bac17af3e590e30741918161a04d25542e91"],
            DhtTopic.OfStream(Domain, new StreamId(1)).Select(topic => topic.ToString()));
        Assert.Equal("ab3e240715e964a81e8f26f3b70842bd4a32c8dd", DhtTopic.OfRegion(Domain, "eu")[0].ToString());
    }

    [Fact]
    public void Every_subject_of_every_deployment_has_topics_of_its_own()
    {
        var other = new Protocol.Signing.Eip712Domain("ClusterCast RelayStaking", 1, Domain.VerifyingContract);
        var elsewhere = new Protocol.Signing.Eip712Domain("ClusterCast RelayStaking", Domain.ChainId, MeshWorld.At(9));
        DhtTopic[] topics =
        [
            .. DhtTopic.OfStream(Domain, new StreamId(1)), .. DhtTopic.OfStream(Domain, new StreamId(2)), .. DhtTopic.OfStream(other, new StreamId(1)),
            .. DhtTopic.OfStream(elsewhere, new StreamId(1)), .. DhtTopic.OfRegion(Domain, ""), .. DhtTopic.OfRegion(Domain, "eu"),
        ];
        Assert.Equal(6 * DhtTopic.Copies, topics.Distinct().Count());
    }
}
