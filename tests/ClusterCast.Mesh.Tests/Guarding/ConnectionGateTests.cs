using System.Diagnostics.Metrics;
using System.Net;
using ClusterCast.Mesh.Guarding;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Guarding;

/// <summary>Who is let in, by address.</summary>
public sealed class ConnectionGateTests : IDisposable
{
    private readonly Meter _meter = new("ConnectionGateTests");
    private readonly GuardMetrics _metrics;
    private readonly ConnectionGate _gate;

    public ConnectionGateTests()
    {
        _metrics = new GuardMetrics(_meter);
        var options = new MeshOptions
        {
            Role = PeerRole.Relay, NodeKey = MeshWorld.Key(1), Domains = MeshWorld.Domains, SigningKeys = new OneKey(default), MaxConnectionsPerAddress = 3, MaxHandshakesPerAddress = 2,
        };
        _gate = new ConnectionGate(options, _metrics);
    }

    [Fact]
    public void Handshakes_are_limited_more_than_open_connections()
    {
        var first = Enter("192.0.2.1")!;
        Assert.NotNull(Enter("192.0.2.1"));
        Assert.Null(Enter("192.0.2.1"));
        first.Opened();
        Assert.NotNull(Enter("192.0.2.1"));
        first.Dispose();
        Assert.Null(Enter("192.0.2.1"));
        Assert.Equal(2, _metrics.RefusedByAddress.Value);
    }

    [Fact]
    public void What_ends_makes_room_and_leaves_no_trace()
    {
        for (var i = 0; i < 100; i++)
        {
            using var pass = Enter($"192.0.2.{i}")!;
            pass.Opened();
            pass.Opened();
            using var other = Enter($"2001:db8::{i + 1:x}")!;
            other.Dispose();
        }

        Assert.Equal(0, _gate.Networks);
        Assert.Equal(0, _metrics.RefusedByAddress.Value);
    }

    [Theory]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void One_address_is_one_or_a_64(string first, string second, bool isSame)
    {
        Enter(first);
        Enter(first);
        Assert.Equal(isSame, Enter(second) is null);
    }

    [Theory]
    [InlineData("198.51.100.{0}", "198.51.100.99", true)]
    [InlineData("198.51.100.{0}", "198.51.101.99", false)]
    [InlineData("2001:db8:7:{0}::1", "2001:db8:7:99::1", true)]
    [InlineData("2001:db8:7:{0}::1", "2001:db8:8:99::1", false)]
    public void A_neighbourhood_has_four_times_as_many(string pattern, string other, bool isSame)
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.NotNull(Enter(string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, i)));
        }

        Assert.Equal(isSame, Enter(other) is null);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData(null)]
    public void This_machine_and_unknown_addresses_are_not_limited(string? address)
    {
        for (var i = 0; i < 50; i++)
        {
            Assert.NotNull(_gate.TryEnter(address is null ? null : IPAddress.Parse(address)));
        }
    }

    public void Dispose() => _meter.Dispose();

    private ConnectionGate.Pass? Enter(string address) => _gate.TryEnter(IPAddress.Parse(address));
}
