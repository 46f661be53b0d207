using ClusterCast.Mesh.Transports.WebTransport.Http3;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

public sealed class QuicVarintTests
{
    /// <summary>The examples of RFC 9000 appendix A.1; the last is a form that is not the shortest.</summary>
    [Theory]
    [InlineData("c2197c5eff14e88c", 151_288_809_941_952_652UL)]
    [InlineData("9d7f3e7d", 494_878_333UL)]
    [InlineData("7bbd", 15_293UL)]
    [InlineData("25", 37UL)]
    [InlineData("4025", 37UL)]
    public void Reads_the_examples_of_the_standard(string hex, ulong value)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(bytes.Length, QuicVarint.Read(bytes, out var read));
        Assert.Equal(value, read);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            Assert.Equal(0, QuicVarint.Read(bytes.AsSpan(0, cut), out _));
        }
    }

    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(63UL, 1)]
    [InlineData(64UL, 2)]
    [InlineData(16_383UL, 2)]
    [InlineData(16_384UL, 4)]
    [InlineData((1UL << 30) - 1, 4)]
    [InlineData(1UL << 30, 8)]
    [InlineData(QuicVarint.Max, 8)]
    public void Writes_the_shortest_form(ulong value, int size)
    {
        var bytes = new byte[QuicVarint.MaxSize];
        Assert.Equal(size, QuicVarint.Write(bytes, value));
        Assert.Equal(size, QuicVarint.Size(value));
        Assert.Equal(size, QuicVarint.Read(bytes, out var read));
        Assert.Equal(value, read);
    }

    [Fact]
    public void Refuses_to_write_what_does_not_fit() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => QuicVarint.Write(new byte[8], QuicVarint.Max + 1));
}
