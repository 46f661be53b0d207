using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Mesh.Discovery.Dht;

/// <summary>What relays are announced under and looked for by.</summary>
/// <param name="Name">For people, and the identity of the subject.</param>
/// <param name="Topics">Its topics in the DHT.</param>
internal sealed record DhtSubject(string Name, IReadOnlyList<DhtTopic> Topics)
{
    /// <summary>The relays that carry a stream.</summary>
    public static DhtSubject Of(Eip712Domain relayStaking, StreamId stream) => new($"stream {stream}", DhtTopic.OfStream(relayStaking, stream));

    /// <summary>The relays of a region; the empty one is the whole deployment.</summary>
    public static DhtSubject Of(Eip712Domain relayStaking, string region) => new($"region '{region}'", DhtTopic.OfRegion(relayStaking, region));
}
