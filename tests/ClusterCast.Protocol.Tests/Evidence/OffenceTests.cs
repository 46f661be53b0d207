using ClusterCast.Protocol.Evidence;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Tests.Windows;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Evidence;

public sealed class OffenceTests
{
    private static readonly HonestStream.Delegated Keys = new(Known.SigningKey.Address);

    [Fact]
    public void A_receipt_of_another_root_is_false()
    {
        var judgement = Samples.FalseReceipt().Judge(Known.Domains, Keys);
        Assert.True(judgement.IsProven);
        Assert.Equal(Known.NodeKey.Address, judgement.Offender);
        Assert.EndsWith("names.", judgement.Reason);
        Assert.Equal(judgement, Samples.FalseReceipt().Judge(Known.Domains, null));
    }

    [Fact]
    public void A_true_receipt_is_no_offence()
    {
        var offence = Samples.FalseReceipt();
        Refuted(Sign(offence with { Receipt = offence.Receipt with { ServedRoot = offence.Head.Root } }), "true");
    }

    [Fact]
    public void A_receipt_is_the_relays_own()
    {
        var offence = Samples.FalseReceipt();
        Refuted(offence with { Receipt = offence.Receipt with { Time = 9 } }, "not signed by the relay");
        Refuted(offence with { ReceiptSignature = default }, "not signed by the relay");
        Refuted(offence with { ReceiptSignature = Known.ViewingKey.Sign(offence.Receipt.Digest(Known.Domains.RelayStaking)) }, "not signed by the relay");
    }

    [Fact]
    public void A_receipt_is_judged_by_the_head_that_it_names()
    {
        var offence = Samples.FalseReceipt();
        Refuted(offence with { Head = offence.Head with { Time = 9 } }, "another head");
        Refuted(offence with { HeadSignature = default }, "signature is invalid");
        Refuted(offence with { HeadSignature = Known.NodeKey.Sign(offence.Head.Digest(Known.Domains.StreamKeys)) }, "no signing key");
    }

    [Fact]
    public void Two_heads_of_one_place_are_an_equivocation()
    {
        var offence = Samples.Equivocation();
        foreach (var second in new[] { offence.Second, offence.First with { Prev = Known.Hash("prev") }, offence.First with { InitHash = Known.Hash("init") } })
        {
            var judgement = Sign(offence with { Second = second }).Judge(Known.Domains, Keys);
            Assert.True(judgement.IsProven);
            Assert.Equal(Known.SigningKey.Address, judgement.Offender);
        }
    }

    [Fact]
    public void Heads_of_different_places_are_none()
    {
        var offence = Samples.Equivocation();
        var second = offence.Second;
        foreach (var other in new[]
        {
            second with { Run = 9 }, second with { Window = 9 }, second with { Count = 9 }, second with { Track = second.Track with { Track = 9 } },
            second with { Track = second.Track with { Stream = new StreamId(9) } },
        })
        {
            Refuted(Sign(offence with { Second = other }), "different places");
        }
    }

    [Fact]
    public void A_last_head_that_repeats_is_none()
    {
        var offence = Samples.Equivocation();
        Refuted(Sign(offence with { Second = offence.First with { Flags = HeadFlags.Last, Time = offence.First.Time + 9 } }), "agree");
    }

    [Fact]
    public void Both_heads_are_signed_by_one_delegated_key()
    {
        var offence = Samples.Equivocation();
        var domain = Known.Domains.StreamKeys;
        Refuted(offence with { FirstSignature = default }, "signature is invalid");
        Refuted(offence with { SecondSignature = default }, "signature is invalid");
        Refuted(offence with { SecondSignature = Known.NodeKey.Sign(offence.Second.Digest(domain)) }, "no signing key");
        Assert.Contains(
            "different keys",
            (offence with { SecondSignature = Known.NodeKey.Sign(offence.Second.Digest(domain)) }).Judge(Known.Domains, null).Reason);
    }

    [Fact]
    public void Two_parts_at_one_index_are_an_offence()
    {
        var offence = Samples.ConflictingParts();
        var judgement = offence.Judge(Known.Domains, Keys);
        Assert.True(judgement.IsProven, judgement.Reason);
        Assert.Equal(Known.SigningKey.Address, judgement.Offender);
        Assert.True((offence with { First = offence.Second, FirstSignature = offence.SecondSignature, FirstPart = offence.SecondPart, Second = offence.First, SecondSignature = offence.FirstSignature, SecondPart = offence.FirstPart }).Judge(Known.Domains, Keys).IsProven);
    }

    [Fact]
    public void Heads_of_one_honest_window_hold_the_same_parts()
    {
        var window = new HonestStream().Add([20_000, 300, 400, 500, 600]);
        var heads = window.Parts.Select(part => part.Signed.Head).Append(window.Last!).ToArray();
        var nodes = window.Parts.Select(part => TreeHash.Part(part.Signed.Node)).ToArray();
        foreach (var first in heads)
        {
            foreach (var second in heads)
            {
                for (var index = 0; index < Math.Min(first.Head.Count, second.Head.Count); index++)
                {
                    var (a, b) = (PartProof.Create(nodes[..first.Head.Count], index), PartProof.Create(nodes[..second.Head.Count], index));
                    Refuted(new ConflictingParts((ushort)index, first.Head, first.Signature, a, second.Head, second.Signature, b), "the same part");
                    Refuted(new ConflictingParts((ushort)index, first.Head, first.Signature, a, second.Head, second.Signature, b with { Node = Known.Hash("made up") }), "does not lead");
                }

                Refuted(new PartsBeyondLast(first.Head, first.Signature, second.Head, second.Signature), first.Head.IsLast ? "no part beyond" : "not flagged last");
            }
        }
    }

    [Fact]
    public void A_proof_of_a_part_is_exact()
    {
        var offence = Samples.ConflictingParts();
        var proof = offence.FirstPart;
        Refuted(offence with { FirstPart = proof with { Siblings = [.. proof.Siblings, Known.Hash("more")] } }, "does not lead");
        Refuted(offence with { FirstPart = proof with { Siblings = [.. proof.Siblings.Skip(1)] } }, "does not lead");
        Refuted(offence with { FirstPart = offence.SecondPart }, "does not lead");
        Refuted(offence with { Index = 3 }, "does not lead");
        Refuted(offence with { Index = 9 }, "does not lead");
        Refuted(Sign(offence with { Second = offence.Second with { Count = 257 } }), "does not lead");
        Refuted(Sign(offence with { Second = offence.Second with { Window = 9 } }), "different places");
        Refuted(offence with { SecondSignature = default }, "signature is invalid");
    }

    [Fact]
    public void Parts_beyond_a_last_head_are_an_offence()
    {
        var offence = Samples.PartsBeyondLast();
        var judgement = offence.Judge(Known.Domains, Keys);
        Assert.True(judgement.IsProven, judgement.Reason);
        Assert.Equal(Known.SigningKey.Address, judgement.Offender);
        Refuted(new PartsBeyondLast(offence.Beyond, offence.BeyondSignature, offence.Last, offence.LastSignature), "no part beyond");
        Refuted(offence with { Last = offence.Last with { Flags = HeadFlags.None } }, "not flagged last");
        Refuted(offence with { Last = offence.Last with { Run = 9 } }, "different places");
        Refuted(offence with { LastSignature = offence.BeyondSignature }, "no signing key");
    }

    [Fact]
    public void A_part_that_contradicts_a_newer_head_only_is_found()
    {
        var (honest, other) = (new HonestStream(), new HonestStream());
        honest.Add([20_000, 300, 400, 500]);
        other.Add([20_000, 301, 400]);
        var verifier = HonestStream.Verifier();
        verifier.SayAll(honest[0].Burst(4));
        Assert.Equal(Verdict.Corrupt, verifier.Say(other[0].Node(1)));

        var contradiction = other[0].Parts[1].Signed;
        var offence = EquivocationFinder.Find(verifier.Current!, Known.Domains.StreamKeys, contradiction.Node, contradiction.Head.Head.Flags, contradiction.Head.Signature);
        var judgement = Assert.IsType<ConflictingParts>(offence).Judge(Known.Domains, Keys);
        Assert.True(judgement.IsProven, judgement.Reason);

        var truth = honest[0].Parts[1].Signed;
        Assert.Null(EquivocationFinder.Find(verifier.Current!, Known.Domains.StreamKeys, truth.Node, truth.Head.Head.Flags, truth.Head.Signature));
    }

    [Fact]
    public void A_part_beyond_a_closed_window_is_found()
    {
        var (honest, longer) = (new HonestStream(), new HonestStream());
        honest.Add([20_000, 300]);
        longer.Add([20_000, 300, 400]);
        var verifier = HonestStream.Verifier();
        verifier.SayAll(honest[0].Live());
        Assert.Equal(Verdict.Malformed, verifier.Say(longer[0].Node(2)));

        var beyond = longer[0].Parts[2].Signed;
        var offence = EquivocationFinder.Find(verifier.Current!, Known.Domains.StreamKeys, beyond.Node, beyond.Head.Head.Flags, beyond.Head.Signature);
        Assert.True(Assert.IsType<PartsBeyondLast>(offence).Judge(Known.Domains, Keys).IsProven);
        Assert.Equal(beyond.Head.Head, ((PartsBeyondLast)offence).Beyond);

        // In a window that is still open it is simply the next part.
        var open = HonestStream.Verifier();
        open.SayAll(honest[0].Burst(2));
        Assert.Null(EquivocationFinder.Find(open.Current!, Known.Domains.StreamKeys, beyond.Node, beyond.Head.Head.Flags, beyond.Head.Signature));
    }

    [Fact]
    public void Two_parts_for_one_place_are_found()
    {
        var (honest, other) = (new HonestStream(), new HonestStream());
        honest.Add([20_000, 300, 400]);
        other.Add([20_000, 301, 400]);
        var verifier = HonestStream.Verifier();
        verifier.SayAll(honest[0].Live());
        Assert.Equal(Verdict.Corrupt, verifier.Say(other[0].Node(1)));

        var contradiction = other[0].Parts[1].Signed;
        var offence = EquivocationFinder.Find(verifier.Current!, Known.Domains.StreamKeys, contradiction.Node, contradiction.Head.Head.Flags, contradiction.Head.Signature);
        Assert.True(Assert.IsType<Equivocation>(offence).Judge(Known.Domains, Keys).IsProven);
        Assert.Equal(contradiction.Head.Head, ((Equivocation)offence).Second);

        // A relay that makes up a part has no signature for it, and the true part contradicts nothing.
        var truth = honest[0].Parts[1].Signed;
        Assert.Null(EquivocationFinder.Find(verifier.Current!, Known.Domains.StreamKeys, contradiction.Node, HeadFlags.None, truth.Head.Signature));
        Assert.Null(EquivocationFinder.Find(verifier.Current!, Known.Domains.StreamKeys, truth.Node, HeadFlags.None, truth.Head.Signature));
        Assert.Null(EquivocationFinder.Find(verifier.Current!, Known.Domains.StreamKeys, contradiction.Node with { Index = 3 }, HeadFlags.None, truth.Head.Signature));
    }

    private static void Refuted(Offence offence, string because)
    {
        var judgement = offence.Judge(Known.Domains, Keys);
        Assert.False(judgement.IsProven);
        Assert.True(judgement.Offender.IsZero);
        Assert.Contains(because, judgement.Reason);
    }

    private static ConflictingParts Sign(ConflictingParts offence) => offence with { SecondSignature = Known.SigningKey.Sign(offence.Second.Digest(Known.Domains.StreamKeys)) };

    private static FalseReceipt Sign(FalseReceipt offence) => offence with { ReceiptSignature = Known.NodeKey.Sign(offence.Receipt.Digest(Known.Domains.RelayStaking)) };

    private static Equivocation Sign(Equivocation offence) => offence with { SecondSignature = Known.SigningKey.Sign(offence.Second.Digest(Known.Domains.StreamKeys)) };
}
