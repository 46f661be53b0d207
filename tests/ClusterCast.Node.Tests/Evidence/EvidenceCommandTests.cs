using ClusterCast.Node.Evidence;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Node.Tests.Evidence;

public sealed class EvidenceCommandTests : IDisposable
{
    private static readonly Domains Domains = Domains.Of(31337, Account(1), Account(2), Account(3));
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly PrivateKey _broadcaster = PrivateKey.Create(SystemRandomSource.Instance);
    private readonly PrivateKey _relay = PrivateKey.Create(SystemRandomSource.Instance);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_false_receipt_is_proven()
    {
        Assert.Equal(ExitCode.Ok, await VerifyAsync(Receipt(servedRoot: Keccak256.Hash([2]))));

        Assert.StartsWith("PROVEN: ", _output.ToString());
        Assert.Contains(_relay.Address.ToString(), _output.ToString());
        Assert.Contains("was not checked", _output.ToString());
    }

    [Fact]
    public async Task A_true_receipt_proves_nothing()
    {
        Assert.Equal(ExitCode.Negative, await VerifyAsync(Receipt(servedRoot: Keccak256.Hash([1]))));

        Assert.StartsWith("NOT PROVEN: ", _output.ToString());
    }

    [Fact]
    public async Task A_receipt_with_somebody_elses_signature_proves_nothing()
    {
        var honest = (FalseReceipt)Receipt(servedRoot: Keccak256.Hash([2]));
        var forged = honest with { ReceiptSignature = _broadcaster.Sign(honest.Receipt.Digest(Domains.RelayStaking)) };

        Assert.Equal(ExitCode.Negative, await VerifyAsync(forged));
    }

    [Fact]
    public async Task Two_heads_of_one_place_are_proven()
    {
        var (first, second) = (Head(1), Head(2));

        Assert.Equal(ExitCode.Ok, await VerifyAsync(new Equivocation(first, Sign(first), second, Sign(second))));
    }

    [Fact]
    public async Task Two_parts_at_one_index_are_proven()
    {
        Hash32[] nodes = [Keccak256.Hash([1]), Keccak256.Hash([2])];
        Hash32[] others = [Keccak256.Hash([1]), Keccak256.Hash([3]), Keccak256.Hash([4])];
        var first = Head(1) with { Count = 2, Root = Frontier.RootOf(nodes) };
        var second = Head(1) with { Count = 3, Root = Frontier.RootOf(others) };
        var offence = new ConflictingParts(1, first, Sign(first), PartProof.Create(nodes, 1), second, Sign(second), PartProof.Create(others, 1));

        Assert.Equal(ExitCode.Ok, await VerifyAsync(offence));
        Assert.Equal(ExitCode.Negative, await VerifyAsync(offence with { Index = 0 }));
    }

    [Fact]
    public async Task Parts_beyond_a_last_head_are_proven()
    {
        var (last, beyond) = (Head(1), Head(2) with { Count = 4 });

        Assert.Equal(ExitCode.Ok, await VerifyAsync(new PartsBeyondLast(last, Sign(last), beyond, Sign(beyond))));
        Assert.Equal(ExitCode.Negative, await VerifyAsync(new PartsBeyondLast(beyond, Sign(beyond), last, Sign(last))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kind":"gossip"}""")]
    public async Task A_file_that_is_no_evidence_is_one_sentence(string text)
    {
        var file = _folder.Write("bad.json", text);

        await Sentence.RefusedAsync(ExitCode.Failed, () => RunAsync(file), file, "cannot be decided");
    }

    [Fact]
    public async Task A_cut_file_is_one_sentence()
    {
        var text = EvidenceFile.Write(Domains, Receipt(Keccak256.Hash([2])));
        var file = _folder.Write("cut.json", text[..(text.Length / 2)]);

        await Sentence.RefusedAsync(ExitCode.Failed, () => RunAsync(file), file, "cannot be decided");
    }

    [Fact]
    public async Task A_missing_file_is_one_sentence() =>
        await Sentence.RefusedAsync(ExitCode.Failed, () => RunAsync(_folder.File("none.json")), "none.json", "cannot be decided");

    [Fact]
    public async Task A_folder_is_one_sentence() => await Sentence.RefusedAsync(ExitCode.Failed, () => RunAsync(_folder.Path), _folder.Path, "cannot be decided");

    private static Address Account(byte number) => Address.Parse($"0x{number:x40}");

    private static Head Head(byte root) => new(new TrackKey(new StreamId(1), 480), 1_000, 7, 3, Keccak256.Hash([root]), 100, 3, default, default, 2_000, HeadFlags.Last);

    private Signature Sign(Head head) => _broadcaster.Sign(head.Digest(Domains.StreamKeys));

    private Offence Receipt(Hash32 servedRoot)
    {
        var head = Head(1);
        var receipt = new Receipt(_relay.Address, Account(9), head.Digest(Domains.StreamKeys), servedRoot, 100, 3_000);
        return new FalseReceipt(head, Sign(head), receipt, _relay.Sign(receipt.Digest(Domains.RelayStaking)));
    }

    private Task<ExitCode> VerifyAsync(Offence offence) => RunAsync(_folder.Write("evidence.json", EvidenceFile.Write(Domains, offence)));

    private Task<ExitCode> RunAsync(string file) =>
        EvidenceCommand.VerifyAsync(Given.Context(Given.Settings(("argument", file), ("evidence:offline", "true")), _output), CancellationToken.None);
}
