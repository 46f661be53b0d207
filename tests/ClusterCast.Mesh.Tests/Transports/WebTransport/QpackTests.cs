using System.Text;
using ClusterCast.Mesh.Transports.WebTransport.Http3;
using ClusterCast.Mesh.Transports.WebTransport.Qpack;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

public sealed class QpackTests
{
    /// <summary>The Huffman coded texts of RFC 7541 appendices C.4 and C.6.</summary>
    [Theory]
    [InlineData("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com")]
    [InlineData("a8eb10649cbf", "no-cache")]
    [InlineData("25a849e95ba97d7f", "custom-key")]
    [InlineData("25a849e95bb8e8b4bf", "custom-value")]
    [InlineData("6402", "302")]
    [InlineData("aec3771a4b", "private")]
    [InlineData("d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT")]
    [InlineData("9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com")]
    [InlineData("640eff", "307")]
    [InlineData("d07abe941054d444a8200595040b8166e084a62d1bff", "Mon, 21 Oct 2013 20:13:22 GMT")]
    [InlineData("9bd9ab", "gzip")]
    [InlineData(
        "94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1")]
    public void Huffman_decodes_the_examples_of_the_standard(string hex, string text) => Assert.Equal(text, Decode(hex));

    [Theory]
    [InlineData("1c64ff", "a byte of padding")]
    [InlineData("f1e3c2e5f23a6ba0ab90f4fe", "padding that is not all ones")]
    [InlineData("ffffffff", "the end-of-string word")]
    public void Huffman_refuses(string hex, string what) => Assert.True(Fails(() => Decode(hex)), what);

    /// <summary>RFC 9204 appendix B.1.</summary>
    [Fact]
    public void A_literal_with_a_static_name_is_read_as_in_the_standard() =>
        Assert.Equal([new Field(":path", "/index.html")], Read("0000510b2f696e6465782e68746d6c"));

    [Fact]
    public void The_request_of_chromium_is_read()
    {
        var corpus = Path.Combine(AppContext.BaseDirectory, "Transports", "WebTransport", "Corpus");
        var fields = Read(File.ReadAllText(Path.Combine(corpus, "chromium-section-connect.hex")).Trim())!;
        Assert.Equal(
            [new(":scheme", "https"), new(":method", "CONNECT"), new(":authority", "127.0.0.1:51630"), new(":path", "/clustercast"), new(":protocol", "webtransport")],
            fields.Take(5));
        Assert.Contains(new Field("sec-webtransport-http3-draft02", "1"), fields);
        Assert.Equal("/clustercast", Request.From(fields)!.Path);
    }

    [Fact]
    public void Every_static_entry_has_its_place()
    {
        Assert.Equal(99, StaticTable.Entries.Length);
        Assert.Equal(new Field(":authority", ""), StaticTable.Entries[0]);
        Assert.Equal(new Field(":method", "CONNECT"), StaticTable.Entries[15]);
        Assert.Equal(new Field(":scheme", "https"), StaticTable.Entries[23]);
        Assert.Equal(new Field(":status", "200"), StaticTable.Entries[25]);
        Assert.Equal(new Field("x-xss-protection", "1; mode=block"), StaticTable.Entries[62]);
        Assert.Equal(new Field(":status", "500"), StaticTable.Entries[71]);
        Assert.Equal(new Field("x-frame-options", "sameorigin"), StaticTable.Entries[98]);
        for (var index = 0; index < 99; index++)
        {
            Assert.Equal([StaticTable.Entries[index]], Read(index < 63 ? $"0000{0xc0 + index:x2}" : $"0000ff{index - 63:x2}"));
        }
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        Field[] fields = [new(":status", "200"), new(":path", "/x"), new("custom-name", "a value"), new("server", ""), new(":authority", new string('a', 500))];
        var writer = new FieldSectionWriter();
        foreach (var (name, value) in fields)
        {
            writer.Add(name, value);
        }

        Assert.Equal(fields, FieldSectionReader.Read(writer.Bytes, Http3Settings.MaxFieldSection));
        Assert.Null(FieldSectionReader.Read(writer.Bytes, fields.Sum(field => field.Size) - 1));
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("00", "half of the prefix")]
    [InlineData("0200", "an insert count")]
    [InlineData("0081", "a negative base")]
    [InlineData("000080", "a dynamic entry")]
    [InlineData("000010", "an entry behind the base")]
    [InlineData("00004001", "a dynamic name")]
    [InlineData("00000001", "a name behind the base")]
    [InlineData("0000ff24", "static entry 99")]
    [InlineData("0000ffffffffffffff7f", "a number without end")]
    [InlineData("0000510b2f69", "a value that is cut off")]
    [InlineData("000027", "a name without its length")]
    public void Refuses_a_section_with(string hex, string what) => Assert.True(Fails(() => Read(hex)), what);

    [Fact]
    public void Any_base_will_do_without_references() => Assert.Equal([new Field(":status", "200")], Read("0005d9"));

    private static string Decode(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var output = new byte[Huffman.MaxDecoded(bytes.Length)];
        return Encoding.Latin1.GetString(output, 0, Huffman.Decode(bytes, output));
    }

    private static IReadOnlyList<Field>? Read(string hex) => FieldSectionReader.Read(Convert.FromHexString(hex), Http3Settings.MaxFieldSection);

    private static bool Fails(Func<object?> action) => Assert.Throws<Http3Exception>(action).Code == Http3Error.QpackDecompressionFailed;
}
