using ClusterCast.Protocol.Tests.Vectors;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Protocol.Tests.Windows;

/// <summary>Two senders of one track, a verifier each over what has verified from either.</summary>
public sealed class SeveralSendersTests
{
    private readonly HonestStream _stream = new();
    private readonly VerifiedTrack _verified = new();

    [Fact]
    public void Whatever_the_order_of_two_honest_senders_all_verifies_and_each_leaf_once()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var stream = new HonestStream(run: (ulong)(1_000 + round));
            for (var window = 0; window < 3; window++)
            {
                stream.Add([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 40_000))]);
            }

            var verified = new VerifiedTrack();
            (WindowVerifier Verifier, Queue<Said> Says)[] senders =
            [
                (Sender(verified), new Queue<Said>(stream.Windows.SelectMany(w => w.Live()))),
                (Sender(verified), new Queue<Said>(stream.Windows.SelectMany(w => (IEnumerable<Said>)[.. w.Burst(w.Parts.Count), w.Closing]))),
            ];
            var leaves = 0;
            while (senders.Any(s => s.Says.Count > 0))
            {
                var (verifier, says) = senders[random.Next(2)];
                for (var i = random.Next(1, 6); i > 0 && says.TryDequeue(out var said); i--)
                {
                    var verdict = verifier.Say(said);
                    Assert.True(verdict is Verdict.Accepted or Verdict.Duplicate or Verdict.Late, $"{said} is {verdict}");
                    leaves += said is LeafSaid && verdict == Verdict.Accepted ? 1 : 0;
                }
            }

            stream[2].IsHeldBy(verified.Newest!);
            Assert.InRange(leaves, stream[2].Parts.Sum(p => p.Signed.Leaves.Length), stream.Windows.Sum(w => w.Parts.Sum(p => p.Signed.Leaves.Length)));
        }
    }

    [Fact]
    public void What_one_sender_claims_does_not_hinder_the_other()
    {
        var window = _stream.Add([20_000, 300]);
        var honest = Sender(_verified);
        var liar = Sender(_verified);
        honest.SayAll([window.Init, window.Open, window.Node(0), window.Head(0)]);
        liar.SayAll([window.Init]);
        Assert.Equal(Verdict.Accepted, liar.OpenWindow(7, Known.Hash("nothing")));
        Assert.Equal(Verdict.Accepted, liar.AcceptNode(7, 0, 1, PartFlags.StartsWithIdr, 1, [Known.Hash("leaf")]));
        honest.SayAll([.. window.Leaves(0), window.Node(1), window.Head(1), .. window.Leaves(1), window.Closing]);
        window.IsHeldBy(_verified.Newest!);
    }

    [Fact]
    public void A_claim_that_another_senders_head_disproves_is_corrupt()
    {
        var window = _stream.Add([20_000, 300]);
        var honest = Sender(_verified);
        var liar = Sender(_verified);
        liar.SayAll([window.Init, window.Open]);
        var node = (NodeSaid)window.Node(0);
        Assert.Equal(Verdict.Accepted, liar.Say(node with { Time = node.Time + 1 }));
        honest.SayAll([window.Init, window.Open, window.Node(0), window.Head(0)]);
        Assert.Equal(Verdict.Corrupt, liar.Say(window.Node(1)));
    }

    [Fact]
    public void A_sender_whose_run_another_one_has_overtaken_is_late()
    {
        var window = _stream.Add([300, 300]);
        var newer = new HonestStream(run: 2_000).Add([300]);
        var slow = Sender(_verified);
        slow.SayAll([window.Init, window.Open, window.Node(0), window.Head(0)]);
        Sender(_verified).SayAll(newer.Live());
        slow.SayAll([.. window.Leaves(0), window.Node(1), window.Head(1)], Verdict.Late);
        newer.IsHeldBy(_verified.Newest!);
    }

    private static WindowVerifier Sender(VerifiedTrack verified) =>
        new(HonestStream.Track, Known.Domains.StreamKeys, new HonestStream.Delegated(Known.SigningKey.Address), verified);
}
