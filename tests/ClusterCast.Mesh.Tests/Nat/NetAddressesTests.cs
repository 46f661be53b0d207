using System.Net;
using ClusterCast.Mesh.Nat;

namespace ClusterCast.Mesh.Tests.Nat;

public sealed class NetAddressesTests
{
    [Theory]
    [InlineData("203.0.113.7:54321")]
    [InlineData("0.0.0.0:0")]
    [InlineData("255.255.255.255:65535")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("[::1]:1")]
    public void An_end_point_comes_back(string text) => Assert.Equal(IPEndPoint.Parse(text), IPEndPoint.Parse(text).ToWire().ToEndPoint());

    [Fact]
    public void An_IPv4_address_has_one_form() => Assert.Equal(IPEndPoint.Parse("203.0.113.7:1").ToWire(), IPEndPoint.Parse("[::ffff:203.0.113.7]:1").ToWire());

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.1.1", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Private_and_special_addresses_are_not_public(string address, bool isPublic) => Assert.Equal(isPublic, NetAddresses.IsPublic(IPAddress.Parse(address)));
}
