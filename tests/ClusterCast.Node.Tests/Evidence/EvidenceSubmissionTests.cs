using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Transactions;
using ClusterCast.Node.Evidence;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Node.Tests.Evidence;

/// <summary>On a real chain: what the verb prints, and how it refuses.</summary>
public sealed class EvidenceSubmissionTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly PrivateKey _reporter = PrivateKey.Create(SystemRandomSource.Instance);
    private readonly PrivateKey _relay = DemoAccounts.Relays[0];
    private LocalDevnet? _devnet;
    private ulong _now;

    private LocalDevnet Devnet => _devnet!;

    private Domains Domains => Devnet.Deployment.Domains;

    public async ValueTask InitializeAsync()
    {
        _devnet = await LocalDevnet.StartAsync(new DevnetOptions { Port = 0, BlockTime = TimeSpan.Zero });
        DeploymentFile.Save(Devnet.Deployment, _folder.File("deployments.json"));
        await Devnet.GrantAsync(_reporter.Address, 0);
        _folder.Write("reporter.json", $$"""{"privateKey":"{{Hex.Encode(_reporter.Export())}}"}""");
        _now = (await Devnet.Client.BlockAsync(null))!.Timestamp;
    }

    public async ValueTask DisposeAsync()
    {
        await Devnet.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Evidence_is_submitted_and_what_it_earned_is_said()
    {
        var file = Write(Lie(2));
        await Sentence.RefusedAsync(ExitCode.Failed, () => SubmitAsync(file), file, "cannot be submitted", "not registered");
        Assert.Empty(_output.ToString());

        await RegisterAsync(200_000_000);
        Assert.Equal(ExitCode.Ok, await SubmitAsync(file));
        Assert.Contains($"PUNISHED: relay {_relay.Address} lost $100.00 of its stake, of which the report earned $20.00", _output.ToString());
        Assert.Contains($"of {_reporter.Address} in block", _output.ToString());

        await Sentence.RefusedAsync(ExitCode.Failed, () => SubmitAsync(file), "punished already");
        await Sentence.RefusedAsync(ExitCode.Failed, () => SubmitAsync(Write(Lie(2, _now - 700_000))), "too old");
        await Sentence.RefusedAsync(ExitCode.Failed, () => SubmitAsync(Write(Lie(2, _now - 5, _relay))), "no signing key of stream 1");
    }

    [Fact]
    public async Task A_revoked_key_earns_nothing_and_is_named()
    {
        var (first, second) = (Head(1), Head(2));
        Assert.Equal(ExitCode.Ok, await SubmitAsync(Write(new Equivocation(first, Sign(first), second, Sign(second)))));
        Assert.Contains($"PUNISHED: signing key {DemoAccounts.SigningKey.Address} is revoked and stream 1 is marked.", _output.ToString());
    }

    [Fact]
    public async Task What_is_no_offence_is_not_sent()
    {
        Assert.Equal(ExitCode.Negative, await SubmitAsync(Write(Lie(1))));
        Assert.Contains("NOT PROVEN: The receipt is true", _output.ToString());
        Assert.Equal(0UL, await Devnet.Client.TransactionCountAsync(_reporter.Address));

        var elsewhere = Domains.Of(1, Domains.StreamKeys.VerifyingContract, Domains.RelayStaking.VerifyingContract, Address.Zero);
        await Sentence.RefusedAsync(ExitCode.Failed, () => SubmitAsync(_folder.Write("foreign.json", EvidenceFile.Write(elsewhere, Lie(2)))), "another network", "chain 1");
        await Sentence.RefusedAsync(ExitCode.Failed, () => SubmitAsync(_folder.Write("bad.json", "{}")), "cannot be submitted");
        await Sentence.RefusedAsync(ExitCode.Usage, () => SubmitAsync(Write(Lie(2)), key: null), "--key");
        await Sentence.RefusedAsync(ExitCode.Usage, () => SubmitAsync(Write(Lie(2)), key: "none.json"), "none.json");
    }

    private Head Head(byte root, ulong? time = null) => new(
        new TrackKey(new StreamId(1), 480), 1_000, 7, 3, Keccak256.Hash([root]), 100, 3, default, default, (time ?? _now) * 1_000, HeadFlags.Last);

    private Signature Sign(Head head, PrivateKey? key = null) => (key ?? DemoAccounts.SigningKey).Sign(head.Digest(Domains.StreamKeys));

    /// <summary>A receipt over a head of root 1: false unless <paramref name="served"/> is 1.</summary>
    private FalseReceipt Lie(byte served, ulong? time = null, PrivateKey? signingKey = null)
    {
        var head = Head(1, time);
        var receipt = new Receipt(_relay.Address, _reporter.Address, head.Digest(Domains.StreamKeys), Keccak256.Hash([served]), 100, head.Time);
        return new FalseReceipt(head, Sign(head, signingKey), receipt, _relay.Sign(receipt.Digest(Domains.RelayStaking)));
    }

    private string Write(Offence offence) => _folder.Write("evidence.json", EvidenceFile.Write(Domains, offence));

    private async Task RegisterAsync(ulong stake)
    {
        var staking = new RelayStaking(Devnet.Client, Devnet.Deployment.RelayStaking);
        var sender = new TransactionSender(Devnet.Client, _relay);
        await sender.SendAsync(new Usdc(Devnet.Client, Devnet.Deployment.Usdc).Approve(staking.Address, stake));
        await sender.SendAsync(staking.Register(_relay.Address, default, 1, stake, RelayStaking.RegistrationProof(_relay, _relay.Address, Domains.RelayStaking)));
    }

    private Task<ExitCode> SubmitAsync(string file, string? key = "reporter.json")
    {
        (string, string)[] flags = [("argument", file), ("deployments", _folder.File("deployments.json"))];
        return EvidenceSubmission.SubmitAsync(
            Given.Context(Given.Settings(key is null ? flags : [.. flags, ("evidence:key", _folder.File(key))]), _output), CancellationToken.None);
    }
}
