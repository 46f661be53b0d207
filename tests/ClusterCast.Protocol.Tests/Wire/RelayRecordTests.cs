using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

public sealed class RelayRecordTests
{
    private static readonly Endpoint Endpoint = new(EndpointKind.Tls, "tls://192.0.2.7:7400");
    private static readonly CarriedTrack Track = new(new TrackKey(new StreamId(1), 480), 1, 2);

    [Fact]
    public void The_signature_covers_every_field()
    {
        var domain = Known.Domains.RelayStaking;
        var record = Sign([Endpoint], [Track]);
        Assert.True(record.IsSigned(domain));
        RelayRecord[] changed =
        [
            record with { Node = Known.ViewingKey.Address }, record with { Payout = Known.Account("thief") }, record with { Price = 2 }, record with { Issued = 1_001 },
            record with { Expires = 2_001 }, record with { Endpoints = [Endpoint with { Kind = EndpointKind.WebSocket }] }, record with { Endpoints = [Endpoint with { Url = "tls://b:1" }] },
            record with { Endpoints = [Endpoint, Endpoint] }, record with { Tracks = [] }, record with { Tracks = [Track with { NewestWindow = 3 }] }, record with { Signature = default },
        ];
        Assert.All(changed, other => Assert.False(other.IsSigned(domain)));
        Assert.False(record.IsSigned(Known.Domains.StreamKeys));
    }

    [Fact]
    public void A_list_that_no_peer_would_read_is_not_signed()
    {
        Assert.Throws<ArgumentException>(() => Sign([], []));
        Assert.Throws<ArgumentException>(() => Sign([.. Enumerable.Repeat(Endpoint, 9)], []));
        Assert.Throws<ArgumentException>(() => Sign([Endpoint], [.. Enumerable.Repeat(Track, 65)]));
    }

    private static RelayRecord Sign(Endpoint[] endpoints, CarriedTrack[] tracks) =>
        RelayRecord.Sign(Known.NodeKey, Known.Account("payout"), 1, 1_000, 2_000, endpoints, tracks, Known.Domains.RelayStaking);
}
