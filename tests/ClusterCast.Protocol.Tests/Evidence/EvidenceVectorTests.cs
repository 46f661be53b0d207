using System.Text.Json.Nodes;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;

namespace ClusterCast.Protocol.Tests.Evidence;

/// <summary>The examples of spec/vectors/evidence.json are decided as they say.</summary>
public sealed class EvidenceVectorTests
{
    private static readonly JsonNode File = JsonNode.Parse(System.IO.File.ReadAllText(VectorFile.PathOf("evidence.json")))!;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, File["cases"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_example_is_decided_as_it_says(int number)
    {
        var example = File["cases"]![number]!;
        var (domains, offence) = EvidenceFile.Read(example["file"]!.ToJsonString());
        var judgement = offence.Judge(domains, new Delegated(File["delegation"]!));
        Assert.True(example["proven"]!.GetValue<bool>() == judgement.IsProven, $"{example["name"]}: {judgement.Reason}");
        Assert.Equal(example["offender"]!.GetValue<string>(), judgement.IsProven ? judgement.Offender.ToString() : "");
        Assert.NotEqual(judgement.IsProven, example["refusal"]!.GetValue<string>().Length > 0);
    }

    [Fact]
    public void Every_kind_has_true_and_false_examples()
    {
        var kinds = File["cases"]!.AsArray().GroupBy(example => example!["file"]!["kind"]!.GetValue<string>()).ToDictionary(kind => kind.Key, kind => kind.ToList());
        Assert.Equal(["conflictingParts", "equivocation", "falseReceipt", "partsBeyondLast"], kinds.Keys.Order());
        Assert.All(kinds.Values, examples => Assert.Equal(2, examples.Select(example => example!["proven"]!.GetValue<bool>()).Distinct().Count()));
    }

    private sealed class Delegated(JsonNode delegation) : ISigningKeys
    {
        public bool IsSigningKey(StreamId stream, Address key, ulong timeMs) =>
            stream == StreamId.Parse(delegation["stream"]!.GetValue<string>()) && key == Address.Parse(delegation["key"]!.GetValue<string>())
            && timeMs / 1000 >= ulong.Parse(delegation["from"]!.GetValue<string>()) && timeMs / 1000 < ulong.Parse(delegation["until"]!.GetValue<string>());
    }
}
