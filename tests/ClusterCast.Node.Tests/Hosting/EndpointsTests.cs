using System.Net;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Hosting;

public sealed class EndpointsTests
{
    [Theory]
    [InlineData("8080", "127.0.0.1:8080")]
    [InlineData("0", "127.0.0.1:0")]
    [InlineData("65535", "127.0.0.1:65535")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("[::]:443", "[::]:443")]
    [InlineData("[::1]:0", "[::1]:0")]
    public void An_address_or_a_port_alone_is_taken(string text, string expected) => Assert.Equal(IPEndPoint.Parse(expected), Endpoints.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("localhost:80")]
    [InlineData("http://127.0.0.1:80")]
    public void Anything_else_is_refused_with_an_example(string text) =>
        Sentence.Refused(ExitCode.Usage, () => Endpoints.Parse(text), $"'{text}'", "127.0.0.1:8080");
}
