using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Contracts;

public class StreamKeysTests(DevnetFixture chain)
{
    private static readonly StreamId First = new(1);

    [Fact]
    public async Task The_devnets_stream_is_there_with_its_signing_key()
    {
        Assert.Equal(DemoAccounts.BroadcasterOwner.Address, await chain.Streams.OwnerOfAsync(First));
        Assert.Equal(new StreamInfo("Big Buck Bunny", "film", 0), await chain.Streams.InfoAsync(First));
        Assert.Equal((1u, new StreamTerms(DemoAccounts.BroadcasterOwner.Address, 7_000, 2_500, 10_000)), await chain.Streams.NewestTermsAsync(First));
        Assert.Equal(new Delegation(First, DemoAccounts.SigningKey.Address, 0, long.MaxValue), Assert.Single(await chain.Streams.DelegationsAsync(First)));
    }

    [Fact]
    public async Task A_stream_is_minted_with_awkward_text_and_gets_new_terms()
    {
        var owner = await chain.AccountAsync(0);
        var info = new StreamInfo("\"Grüße\" \\ 日本 \n", "gaming", 250);
        var terms = new StreamTerms(owner.Address, 8_000, 1_000, 5);
        var stream = chain.Streams.MintedIn(await owner.Sender.SendAsync(chain.Streams.Mint(info, terms)));

        Assert.Equal(info, await chain.Streams.InfoAsync(stream));
        Assert.Equal(owner.Address, await chain.Streams.OwnerOfAsync(stream));
        await owner.Sender.SendAsync(chain.Streams.SetTerms(stream, terms with { FloorPrice = 6 }));
        Assert.Equal(terms, await chain.Streams.TermsAsync(stream, 1));
        Assert.Equal((2u, terms with { FloorPrice = 6 }), await chain.Streams.NewestTermsAsync(stream));
        Assert.Null(await chain.Streams.TermsAsync(stream, 3));
        await ChainAssert.RevertsAsync("BadTerms", () => owner.Sender.SendAsync(chain.Streams.SetTerms(stream, terms with { RelayBps = 9_000 })));
        await ChainAssert.RevertsAsync("BadText", () => owner.Sender.SendAsync(chain.Streams.Mint(info with { Title = "" }, terms)));
    }

    [Fact]
    public async Task An_unknown_stream_has_nothing()
    {
        var unknown = new StreamId(987_654_321);
        Assert.Null(await chain.Streams.NewestTermsAsync(unknown));
        Assert.Empty(await chain.Streams.DelegationsAsync(unknown));
        await ChainAssert.RevertsAsync("TokenDoesNotExist", () => chain.Streams.InfoAsync(unknown));
    }

    [Fact]
    public async Task Keys_are_delegated_by_the_owner_or_by_its_signature_and_revoked()
    {
        var owner = await chain.AccountAsync(0);
        var stranger = await chain.AccountAsync(0);
        var stream = chain.Streams.MintedIn(await owner.Sender.SendAsync(chain.Streams.Mint(new StreamInfo("t", "c", 0), new StreamTerms(owner.Address, 7_000, 2_500, 0))));
        var first = new Delegation(stream, PrivateKey.Create(SystemRandomSource.Instance).Address, 5, uint.MaxValue);
        var second = new Delegation(stream, PrivateKey.Create(SystemRandomSource.Instance).Address, 6, uint.MaxValue);

        await ChainAssert.RevertsAsync("NotBroadcaster", () => stranger.Sender.SendAsync(chain.Streams.Delegate(first)));
        await owner.Sender.SendAsync(chain.Streams.Delegate(first));
        await stranger.Sender.SendAsync(chain.Streams.DelegateBySig(second, owner.Key.Sign(second.Digest(chain.Deployment.Domains.StreamKeys))));
        Assert.Equal([first, second], (await chain.Streams.DelegationsAsync(stream)).OrderBy(delegation => delegation.From));

        await owner.Sender.SendAsync(chain.Streams.Revoke(stream, first.Key));
        await ChainAssert.RevertsAsync("KeyRetired", () => owner.Sender.SendAsync(chain.Streams.Delegate(first)));
    }
}
