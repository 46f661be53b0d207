using System.Text;
using System.Text.Json.Nodes;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Tests.Windows;

namespace ClusterCast.Protocol.Tests.Evidence;

public sealed class FileTests
{
    private static readonly Dictionary<string, (string Text, Action<string> Read)> Files = new()
    {
        ["falseReceipt"] = (EvidenceFile.Write(Known.Domains, Samples.FalseReceipt()), text => EvidenceFile.Read(text)),
        ["equivocation"] = (EvidenceFile.Write(Known.Domains, Samples.Equivocation()), text => EvidenceFile.Read(text)),
        ["conflictingParts"] = (EvidenceFile.Write(Known.Domains, Samples.ConflictingParts()), text => EvidenceFile.Read(text)),
        ["partsBeyondLast"] = (EvidenceFile.Write(Known.Domains, Samples.PartsBeyondLast()), text => EvidenceFile.Read(text)),
        ["corruptLeaf"] = (IncidentFile.Write(Known.Domains, Samples.CorruptLeaf()), text => IncidentFile.Read(text)),
        ["corruptHead"] = (IncidentFile.Write(Known.Domains, Samples.CorruptHead()), text => IncidentFile.Read(text)),
    };

    public static TheoryData<string> Kinds => [.. Files.Keys];

    [Fact]
    public void Evidence_round_trips()
    {
        foreach (var offence in new Offence[] { Samples.FalseReceipt(), Samples.Equivocation(), Samples.ConflictingParts(), Samples.PartsBeyondLast() })
        {
            var (domains, read) = EvidenceFile.Read(EvidenceFile.Write(Known.Domains, offence));
            Assert.Equal(offence, read);
            Same(domains);
            Assert.True(read.Judge(domains, null).IsProven);
        }
    }

    [Fact]
    public void Incidents_round_trip()
    {
        var keys = new HonestStream.Delegated(Known.SigningKey.Address);
        foreach (var report in new IncidentReport[] { Samples.CorruptLeaf(), Samples.CorruptLeaf(1, 0, 0), Samples.CorruptHead() })
        {
            var text = IncidentFile.Write(Known.Domains, report);
            var (domains, read) = IncidentFile.Read(text);
            Same(domains);
            Assert.Equal(report.GetType(), read.GetType());
            Assert.Equal(text, IncidentFile.Write(domains, read));
            Assert.True(read.IsConsistent(domains, keys, out var reason), reason);
        }

        Assert.Equal($"incident-17-{Known.NodeKey.Address}.json", IncidentFile.Name(17, Known.NodeKey.Address));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_kind_is_written_down(string kind) => Assert.Equal(kind, JsonNode.Parse(Files[kind].Text)!["kind"]!.GetValue<string>());

    [Fact]
    public void An_incident_has_the_fields_of_the_specification()
    {
        var fields = JsonNode.Parse(Files["corruptLeaf"].Text)!.AsObject().Select(f => f.Key).ToHashSet();
        string[] specified =
        [
            "kind", "node", "stream", "run", "track", "window", "part", "leaf", "offset", "expectedLeafHash", "actualLeafHash", "leafBytes", "head", "headSignature", "proof",
        ];
        var text = File.ReadAllText(Path.Combine(Repository.Root, "spec", "evidence.md"));
        Assert.All(specified, name => Assert.Contains($"\"{name}\"", text));
        Assert.Superset(specified.ToHashSet(), fields);
    }

    [Theory]
    [InlineData("falseReceipt")]
    [InlineData("equivocation")]
    [InlineData("conflictingParts")]
    [InlineData("partsBeyondLast")]
    public void Evidence_has_the_fields_of_the_specification(string kind)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "spec", "evidence.md"));
        var start = text.IndexOf($"{{ \"kind\": \"{kind}\"", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{kind} is not specified.");
        var end = text.IndexOf("\n{ \"kind\"", start, StringComparison.Ordinal);
        var specified = text[start..(end < 0 ? text.IndexOf("```", start, StringComparison.Ordinal) : end)];
        Assert.All(JsonNode.Parse(Files[kind].Text)!.AsObject(), field => Assert.Contains($"\"{field.Key}\":", specified));
    }

    [Theory]
    [InlineData("firstSiblings")]
    [InlineData("secondSiblings")]
    public void A_proof_has_at_most_eight_siblings(string field)
    {
        var file = JsonNode.Parse(Files["conflictingParts"].Text)!.AsObject();
        file[field] = new JsonArray([.. Enumerable.Repeat(Known.Hash("sibling").ToString(), 9).Select(hash => (JsonNode)hash)]);
        Assert.Contains(field, Assert.Throws<EvidenceException>(() => EvidenceFile.Read(file.ToJsonString())).Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_missing_wrong_or_unknown_field_is_named(string kind)
    {
        var whole = JsonNode.Parse(Files[kind].Text)!.AsObject();
        foreach (var path in Paths(whole, ""))
        {
            Change(path, (parent, name) => parent.Remove(name), "is missing");
            Change(path, (parent, name) => parent[name] = 5, "is wrong");
            Change(path, (parent, name) => parent[name] = null, "is wrong");
            Change(path, (parent, name) => parent[name] = "-1", "is wrong");
            Change(path, (parent, name) => parent[name] = "0x12", "is wrong");
        }

        Change("surplus", (parent, name) => parent[name] = "1", "is unknown");
        Change("domain.surplus", (parent, name) => parent[name] = "1", "is unknown");

        void Change(string path, Action<JsonObject, string> change, string complaint)
        {
            var copy = whole.DeepClone().AsObject();
            var parent = copy;
            foreach (var step in path.Split('.')[..^1])
            {
                parent = parent[step]!.AsObject();
            }

            change(parent, path.Split('.')[^1]);
            var message = Assert.Throws<EvidenceException>(() => Files[kind].Read(copy.ToJsonString())).Message;
            Assert.Contains(path, message);
            Assert.Contains(complaint, message);
            Assert.EndsWith(".", message);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"kind\":\"slander\"}")]
    [InlineData("{\"kind\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1,\"kind\":\"equivocation\"}")]
    [InlineData("{\"kind\":\"equivocation\",\"kind\":\"equivocation\"}")]
    public void Anything_else_is_refused_with_a_sentence(string text)
    {
        Assert.EndsWith(".", Assert.Throws<EvidenceException>(() => EvidenceFile.Read(text)).Message);
        Assert.EndsWith(".", Assert.Throws<EvidenceException>(() => IncidentFile.Read(text)).Message);
    }

    [Fact]
    public void Oversize_and_depth_are_refused()
    {
        Assert.Throws<EvidenceException>(() => EvidenceFile.Read(new string(' ', 300_000)));
        Assert.Throws<EvidenceException>(() => EvidenceFile.Read(string.Concat(Enumerable.Repeat("{\"kind\":", 10_000))));
        Assert.Throws<EvidenceException>(() => EvidenceFile.Read("{\"kind\":\"\ud800\"}"));
    }

    [Theory]
    [InlineData("window", "2")]
    [InlineData("part", "7")]
    [InlineData("leaf", "1")]
    [InlineData("offset", "0")]
    [InlineData("actualLeafHash", "0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("leafBytes", "0x00")]
    public void An_incident_that_disagrees_with_its_head_or_bytes_is_refused(string field, string value)
    {
        var file = JsonNode.Parse(Files["corruptLeaf"].Text)!.AsObject();
        file[field] = value;
        Assert.Throws<EvidenceException>(() => IncidentFile.Read(file.ToJsonString()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Damaged_files_are_read_or_refused(string kind)
    {
        var text = Encoding.UTF8.GetBytes(Files[kind].Text);
        Fuzzing.Run(500, random =>
        {
            try
            {
                Files[kind].Read(Encoding.UTF8.GetString(random.Mutate(text)));
            }
            catch (EvidenceException e)
            {
                Assert.EndsWith(".", e.Message);
            }
        });
    }

    private static IEnumerable<string> Paths(JsonObject node, string prefix) => node.SelectMany(
        field => field.Value is JsonObject inner ? Paths(inner, prefix + field.Key + ".").Append(prefix + field.Key) : [prefix + field.Key]);

    private static void Same(Domains domains)
    {
        Assert.Equal(Known.Domains.StreamKeys.Separator, domains.StreamKeys.Separator);
        Assert.Equal(Known.Domains.RelayStaking.Separator, domains.RelayStaking.Separator);
    }
}
