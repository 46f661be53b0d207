using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Protocol.Tests.Wire;

/// <summary>spec/wire.md says what the code does: the tables' types and names, and their fields in the bytes of the vectors.</summary>
public sealed partial class SpecTableTests
{
    private static readonly List<(int Type, string Name, string Body)> Rows = [.. File
        .ReadLines(Path.Combine(Repository.Root, "spec", "wire.md"))
        .Select(line => Row().Match(line))
        .Where(match => match.Success)
        .Select(match => (int.Parse(match.Groups[1].Value, NumberStyles.HexNumber), match.Groups[2].Value, match.Groups[3].Value))];

    [Fact]
    public void Types_and_names_are_those_of_the_code() => Assert.Equal(
        Enum.GetValues<FrameType>().Select(t => ((int)t, t.ToString())).Order(), Rows.Select(r => (r.Type, r.Name)).Order());

    [Fact]
    public void Fields_of_the_tables_are_the_bytes_of_the_vectors()
    {
        foreach (var vector in FrameVectors.File())
        {
            var type = Convert.ToInt32(vector!["type"]!.GetValue<string>(), 16);
            var fields = vector["fields"]!.AsObject();
            var columns = Fields(Rows.Single(r => r.Type == type).Body).ToList();
            Assert.Equal(columns.Select(c => c.Name), fields.Select(f => f.Key));
            var body = columns.SelectMany(c => Encode(c.Kind, fields[c.Name]!)).ToArray();
            var header = new byte[WireLimits.HeaderBytes];
            var headerLength = Frame.WriteHeader(header, (FrameType)type, body.Length);
            Assert.Equal(vector["hex"]!.GetValue<string>(), "0x" + Convert.ToHexStringLower([.. header.AsSpan(0, headerLength), .. body]));
        }
    }

    [Theory]
    [InlineData(typeof(GoodbyeCode), @"Goodbye codes: (.*?)\.", 1)]
    [InlineData(typeof(RefusalCode), @"Refused codes: (.*?)\.", 1)]
    [InlineData(typeof(PaymentRefusal), @"SessionRefused codes: (.*?)\.", 1)]
    [InlineData(typeof(PunchRefusal), @"PunchRefused codes: (.*?)\.", 1)]
    [InlineData(typeof(PeerRole), @"Roles: (.*?) \|", 0)]
    public void Codes_are_those_of_the_code(Type type, string pattern, int first)
    {
        var text = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "spec", "wire.md")), pattern).Groups[1].Value;
        var numbers = Regex.Matches(text, @"(?:^|, )(\d+) ").Select(m => int.Parse(m.Groups[1].Value)).ToArray();
        var codes = Enum.GetValues(type).Cast<object>().Select(v => Convert.ToInt32(v)).Order().ToArray();
        Assert.Equal(codes, numbers);
        Assert.Equal(Enumerable.Range(first, codes.Length), codes);
    }

    // "version u16 = 1, leaf hashes (rest, 32 each)" as pairs of a name and a kind.
    private static IEnumerable<(string Name, string Kind)> Fields(string body)
    {
        foreach (var field in body.Replace("leaf hashes (rest, 32 each)", "leaves hashes").Replace("bytes (rest)", "bytes rest").Split(", "))
        {
            // "proof sig" has a name, a lone "sig" is its own.
            var words = field.Split(' ');
            yield return (words[0], words.Length == 1 ? words[0] : words[1]);
        }
    }

    private static byte[] Encode(string kind, JsonNode value) => kind switch
    {
        "u8" or "u16" or "u32" or "u64" or "u128" => Unsigned(value.GetValue<string>(), int.Parse(kind.AsSpan(1)) / 8),
        "hash" => Bytes(value, 32),
        "addr" => Bytes(value, 20),
        "sig" => Bytes(value, 65),
        "rest" => Convert.FromHexString(value.GetValue<string>().AsSpan(2)),
        "str" => Text(value.GetValue<string>()),
        "hashes" => [.. value.AsArray().SelectMany(v => Bytes(v!, 32))],
        "list" => List(value.AsArray()),
        _ => throw new InvalidOperationException($"spec/wire.md has a field of the unknown kind '{kind}'."),
    };

    private static byte[] List(JsonArray items) => [(byte)items.Count, .. items.SelectMany(item => item switch
    {
        JsonObject o when o.ContainsKey("url") => [.. Encode("u8", o["kind"]!), .. Encode("str", o["url"]!)],
        JsonObject o => [.. Encode("hash", o["stream"]!), .. Encode("u16", o["track"]!), .. Encode("u32", o["oldest"]!), .. Encode("u32", o["newest"]!)],
        _ => Encode("addr", item!),
    })];

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. Unsigned(bytes.Length.ToString(CultureInfo.InvariantCulture), 2), .. bytes];
    }

    private static byte[] Bytes(JsonNode value, int length)
    {
        var bytes = Convert.FromHexString(value.GetValue<string>().AsSpan(2));
        Assert.Equal(length, bytes.Length);
        return bytes;
    }

    private static byte[] Unsigned(string text, int length)
    {
        var bytes = BigInteger.Parse(text, CultureInfo.InvariantCulture).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    [GeneratedRegex(@"^\| 0x([0-9a-f]{2}) \| (\w+) \| (.*?) \|")]
    private static partial Regex Row();
}
