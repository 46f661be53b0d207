using ClusterCast.Mesh.Transports.WebTransport;
using ClusterCast.Mesh.Transports.WebTransport.Http3;
using ClusterCast.Mesh.Transports.WebTransport.Qpack;
using ClusterCast.Protocol.Tests;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

/// <summary>
/// Mutations of the checked-in corpus and of well-formed streams, at each parser alone and at a whole server. Broken input ends in an error of HTTP/3 and nothing
/// else. The seeds are fixed; FUZZ_SECONDS makes the run longer, with further seeds.
/// </summary>
public sealed class Http3FuzzTests
{
    private static readonly (string Name, byte[] Bytes)[] Corpus =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Transports", "WebTransport", "Corpus"), "*.hex").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileNameWithoutExtension(file), Convert.FromHexString(File.ReadAllText(file).Trim()))),
    ];

    private static readonly byte[][] Sections = Starting("section-");

    [Fact]
    public void Integers() => Fuzzing.Run(5_000, random =>
    {
        var input = random.Bytes(random.Next(10));
        if (QuicVarint.Read(input, out var value) is var size and > 0)
        {
            var written = new byte[QuicVarint.MaxSize];
            Assert.InRange(QuicVarint.Write(written, value), 1, size);
            Assert.Equal(QuicVarint.Size(value), QuicVarint.Read(written, out var again));
            Assert.Equal(value, again);
        }
    });

    [Fact]
    public void Huffman_coded_texts() => Fuzzing.Run(5_000, random =>
    {
        var input = random.Mutate(Sections[random.Next(Sections.Length)]);
        var output = new byte[Huffman.MaxDecoded(input.Length)];
        Refusing(() => Huffman.Decode(input, output));
    });

    [Fact]
    public void Field_sections() => Fuzzing.Run(5_000, random =>
    {
        var input = random.Mutate(Sections[random.Next(Sections.Length)]);
        Refusing(() =>
        {
            if (FieldSectionReader.Read(input, Http3Settings.MaxFieldSection) is { } fields)
            {
                Assert.InRange(fields.Sum(field => field.Size), 0, Http3Settings.MaxFieldSection);
                _ = Response.To(Request.From(fields), isTaken: false)?.Encode(withText: true);
            }
        });
    });

    [Fact]
    public void Settings() => Fuzzing.Run(5_000, random => Refusing(() => Http3Settings.Check(random.Mutate(Http3Settings.ControlStream()[3..]))));

    [Fact]
    public async Task Whole_connections()
    {
        var lanes = Starting("uni-").Select(bytes => (Bidirectional: false, Bytes: bytes))
            .Concat(Starting("bidi-").Select(bytes => (Bidirectional: true, Bytes: bytes)))
            .Append((true, Page.Headers(Page.Connect())))
            .Append((true, [.. Page.Varint(0x41), 0, 1, 2, 3]))
            .ToArray();
        await Fuzzing.RunAsync(400, async random =>
        {
            var page = new Page();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var (bidirectional, bytes) = lanes[random.Next(lanes.Length)];
                var lane = page.Link.Open(bidirectional);
                foreach (var piece in (random.Next(3) == 0 ? bytes : random.Mutate(bytes)).Chunk(random.Next(1, 64)))
                {
                    lane.Give(piece);
                }

                if (random.Next(2) == 0)
                {
                    lane.End();
                }
            }

            // A last request is answered, refused, or finds the connection closed by an error of the protocol.
            var last = page.Link.Open(true, Page.Headers((":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/")));
            await Task.WhenAny(last.ReadToEnd(), page.Link.Closed).WaitAsync(MeshWorld.Bound);
            await page.DisposeAsync();
            Assert.NotEqual(Http3Error.Internal, await page.Link.Closed);
        });
    }

    private static byte[][] Starting(string prefix) => [.. Corpus.Where(entry => entry.Name.Replace("chromium-", "").StartsWith(prefix, StringComparison.Ordinal)).Select(entry => entry.Bytes)];

    private static void Refusing(Action action)
    {
        try
        {
            action();
        }
        catch (Http3Exception)
        {
            // A clear refusal is what broken input should get.
        }
    }
}
