using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;

namespace ClusterCast.Protocol.Tests.Identifiers;

public sealed class IdentifierTests
{
    [Fact]
    public void Text_and_bytes_round_trip() => Properties.Hold(random =>
    {
        var address = Address.From(random.Bytes(20));
        Assert.Equal(address, Address.Parse(address.ToString()));
        Assert.Equal(address, Address.Parse("0X" + address.ToString()[2..].ToUpperInvariant()));
        var hash = Hash32.From(random.Bytes(32));
        Assert.Equal(hash, Hash32.Parse(hash.ToString()));
        Assert.Equal(hash.GetHashCode(), Hash32.Parse(hash.ToString()).GetHashCode());
        var signature = Signature.From(random.Bytes(65));
        Assert.Equal(signature, Signature.Parse(signature.ToString()));
        var stream = new StreamId(hash);
        Assert.Equal(stream, StreamId.Parse(stream.ToString()));
    });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("3865194ddabbe4a87d35d294be1237d10d261392")]
    [InlineData("0x3865194ddabbe4a87d35d294be1237d10d26139")]
    [InlineData("0x3865194ddabbe4a87d35d294be1237d10d2613922")]
    [InlineData("0x3865194ddabbe4a87d35d294be1237d10d26139g")]
    [InlineData(" 0x3865194ddabbe4a87d35d294be1237d10d261392")]
    public void A_wrong_address_is_refused_and_leaves_nothing_behind(string? text)
    {
        Assert.False(Address.TryParse(text, out var address));
        Assert.True(address.IsZero);
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Address.From(new byte[19]));
        Assert.Throws<ArgumentException>(() => Hash32.From(new byte[33]));
        Assert.Throws<ArgumentException>(() => Signature.From(new byte[64]));
        Assert.Throws<FormatException>(() => Hash32.Parse("0x12"));
        Assert.Throws<FormatException>(() => Signature.Parse("0x12"));
    }

    [Theory]
    [InlineData("0", "0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("256", "0x0000000000000000000000000000000000000000000000000000000000000100")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935", "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void A_stream_is_its_decimal_number(string text, string bytes)
    {
        Assert.Equal(bytes, StreamId.Parse(text).Value.ToString());
        Assert.Equal(text, new StreamId(Hash32.Parse(bytes)).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("0x1")]
    [InlineData("1.0")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000000000000000001")]
    public void Anything_else_is_no_stream(string text) => Assert.Throws<FormatException>(() => StreamId.Parse(text));

    [Fact]
    public void Order_is_that_of_the_bytes()
    {
        var small = Address.Parse("0x00000000000000000000000000000000000000ff");
        var large = Address.Parse("0x0100000000000000000000000000000000000000");
        Assert.True(small.CompareTo(large) < 0);
        Assert.True(large.CompareTo(small) > 0);
        Assert.NotEqual(small, large);
        Assert.True(Address.Zero.IsZero && !small.IsZero);
    }

    [Fact]
    public void A_compact_signature_keeps_the_parity_in_the_top_bit_of_s()
    {
        for (var i = 0; i < 20; i++)
        {
            var signature = Known.NodeKey.Sign(Known.Hash("compact " + i));
            var compact = signature.ToCompact();
            Assert.Equal(64, compact.Length);
            Assert.Equal(signature[64] - 27, compact[32] >> 7);
            compact[32] &= 0x7f;
            Assert.Equal(signature.Span[..64], compact);
        }
    }
}
