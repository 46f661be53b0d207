using System.Text.Json.Nodes;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>spec/vectors is what this code computes. CLUSTERCAST_WRITE_VECTORS=1 writes it.</summary>
public sealed class VectorTests
{
    private static readonly Dictionary<string, Func<JsonNode>> Files = new()
    {
        ["domains.json"] = SigningVectors.DomainFile,
        ["head.json"] = SigningVectors.Heads,
        ["delegation.json"] = SigningVectors.Delegations,
        ["receipt.json"] = SigningVectors.Receipts,
        ["session.json"] = SigningVectors.Sessions,
        ["sessionend.json"] = SigningVectors.SessionEnds,
        ["record.json"] = SigningVectors.Records,
        ["nodeproof.json"] = SigningVectors.NodeProofs,
        ["ticket.json"] = SigningVectors.Tickets,
        ["bind.json"] = SigningVectors.Binds,
        ["window.json"] = WindowVectors.File,
        ["lan.json"] = LanVectors.File,
        ["frames.json"] = FrameVectors.File,
        ["shards.json"] = ShardVectors.File,
        ["invalid.json"] = InvalidFrameVectors.File,
        ["winprob.json"] = TariffVectors.File,
        ["evidence.json"] = EvidenceVectors.File,
    };

    public static TheoryData<string> Names => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_file_holds_what_the_code_computes(string name) => VectorFile.Check(name, Files[name]());

    [Fact]
    public void No_file_is_left_over()
    {
        var found = Directory.GetFiles(VectorFile.PathOf(""), "*.json").Select(f => Path.GetFileName(f)!).Order();
        Assert.Equal(Files.Keys.Order(), found);
    }
}
