using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Chain.Tests.Contracts;

public class FraudProofsTests(DevnetFixture chain)
{
    private readonly PrivateKey _node = PrivateKey.Create(SystemRandomSource.Instance);
    private readonly PrivateKey _signingKey = PrivateKey.Create(SystemRandomSource.Instance);

    [Fact]
    public async Task A_false_receipt_slashes_the_relay_and_pays_the_reporter()
    {
        var (stream, now) = await StreamAsync();
        var offence = Lie(stream, now, now);
        var reporter = await chain.AccountAsync();
        await ChainAssert.RevertsAsync("NotRegistered", () => reporter.Sender.SendAsync(chain.Proofs.Prove(offence, reporter.Address)));

        await RegisterAsync();
        var receipt = await reporter.Sender.SendAsync(chain.Proofs.Prove(offence, reporter.Address));

        Assert.Equal(new Punishment(_node.Address, null, 100_000_000, 20_000_000), chain.Proofs.PunishedIn(receipt));
        Assert.Equal(100_000_000UL, (await chain.Staking.RelayOfAsync(_node.Address))!.Stake);
        await ChainAssert.RevertsAsync("AlreadyPunished", () => reporter.Sender.SendAsync(chain.Proofs.Prove(offence, reporter.Address)));

        // Another purse's receipt of the same head is the same offence.
        var other = Sign(offence with { Receipt = offence.Receipt with { Purse = reporter.Address } });
        await ChainAssert.RevertsAsync("AlreadyPunished", () => reporter.Sender.SendAsync(chain.Proofs.Prove(other, reporter.Address)));
    }

    [Fact]
    public async Task What_proves_nothing_or_is_too_old_is_refused_with_its_cause()
    {
        var (stream, now) = await StreamAsync();
        await RegisterAsync();
        var reporter = await chain.AccountAsync();
        var lie = Lie(stream, now, now);
        var window = await chain.Proofs.WindowSecondsAsync();

        Assert.Equal(604_800UL, window);
        await RefusedAsync("ReceiptIsTrue", Sign(lie with { Receipt = lie.Receipt with { ServedRoot = lie.Head.Root } }));
        await RefusedAsync("ReceiptNotByRelay", lie with { ReceiptSignature = _signingKey.Sign(lie.Receipt.Digest(chain.Deployment.Domains.RelayStaking)) });
        await RefusedAsync("NotSigningKey", lie with { HeadSignature = _node.Sign(lie.Head.Digest(chain.Deployment.Domains.StreamKeys)) });
        await RefusedAsync("EvidenceTooOld", Lie(stream, now - window - 60, now - window - 60));
        await RefusedAsync("EvidenceFromFuture", Lie(stream, now + 3_600, now + 3_600));
        Assert.Equal(200_000_000UL, await chain.Staking.StakeOfAsync(_node.Address));

        Task RefusedAsync(string error, Offence offence) => ChainAssert.RevertsAsync(error, () => reporter.Sender.SendAsync(chain.Proofs.Prove(offence, reporter.Address)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_offence_of_a_signing_key_revokes_it(int kind)
    {
        var (stream, now) = await StreamAsync();
        Hash32[] nodes = [Keccak256.Hash([1]), Keccak256.Hash([2])];
        Hash32[] others = [Keccak256.Hash([1]), Keccak256.Hash([3])];
        var (first, second) = (Head(stream, now, nodes) with { Flags = HeadFlags.Last }, Head(stream, now, kind == 2 ? [.. others, nodes[1]] : others));
        Offence offence = kind switch
        {
            0 => new Equivocation(first, Sign(first), second, Sign(second)),
            1 => new ConflictingParts(1, first, Sign(first), PartProof.Create(nodes, 1), second, Sign(second), PartProof.Create(others, 1)),
            _ => new PartsBeyondLast(first, Sign(first), second, Sign(second)),
        };
        var reporter = await chain.AccountAsync();

        var receipt = await reporter.Sender.SendAsync(chain.Proofs.Prove(offence, reporter.Address));

        Assert.Equal(new Punishment(_signingKey.Address, stream, 0, 0), chain.Proofs.PunishedIn(receipt));
        var block = await chain.Client.BlockAsync(receipt.BlockNumber);
        Assert.Equal(block!.Timestamp, Assert.Single(await chain.Streams.DelegationsOfAsync(stream)).Until);
        await ChainAssert.RevertsAsync("AlreadyPunished", () => reporter.Sender.SendAsync(chain.Proofs.Prove(offence, reporter.Address)));
    }

    /// <summary>A stream of its own with a signing key, and the chain's time in seconds.</summary>
    private async Task<(StreamId Stream, ulong Now)> StreamAsync()
    {
        var broadcaster = await chain.AccountAsync();
        var terms = new StreamTerms(broadcaster.Address, 7_000, 2_500, 10_000);
        var stream = chain.Streams.MintedIn(await broadcaster.Sender.SendAsync(chain.Streams.Mint(new StreamInfo("stream", "test", 0), terms)));
        await broadcaster.Sender.SendAsync(chain.Streams.Delegate(new Delegation(stream, _signingKey.Address, 0, long.MaxValue)));
        return (stream, (await chain.Client.BlockAsync(null))!.Timestamp);
    }

    private async Task RegisterAsync()
    {
        var owner = await chain.AccountAsync(200_000_000);
        var proof = RelayStaking.RegistrationProof(_node, owner.Address, chain.Deployment.Domains.RelayStaking);
        await owner.Sender.SendAsync(chain.Usdc.Approve(chain.Staking.Address, 200_000_000));
        await owner.Sender.SendAsync(chain.Staking.Register(_node.Address, default, 7, 200_000_000, proof));
    }

    private static Head Head(StreamId stream, ulong now, Hash32[] nodes) => new(
        new TrackKey(stream, 480), 1_000, 7, (ushort)nodes.Length, Frontier.RootOf(nodes), 100, 3, default, default, now * 1_000, HeadFlags.None);

    private FalseReceipt Lie(StreamId stream, ulong headTime, ulong receiptTime)
    {
        var head = Head(stream, headTime, [Keccak256.Hash([1])]);
        var receipt = new Receipt(
            _node.Address, _signingKey.Address, head.Digest(chain.Deployment.Domains.StreamKeys), Keccak256.Hash([9]), 100, receiptTime * 1_000);
        return Sign(new FalseReceipt(head, Sign(head), receipt, default));
    }

    private Signature Sign(Head head) => _signingKey.Sign(head.Digest(chain.Deployment.Domains.StreamKeys));

    private FalseReceipt Sign(FalseReceipt offence) => offence with { ReceiptSignature = _node.Sign(offence.Receipt.Digest(chain.Deployment.Domains.RelayStaking)) };
}
