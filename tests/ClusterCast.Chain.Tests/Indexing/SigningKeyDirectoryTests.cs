using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Indexing;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Indexing;

public class SigningKeyDirectoryTests(DevnetFixture chain)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private static readonly SigningKeyOptions OnDemandOnly = new() { RefreshInterval = TimeSpan.FromDays(1), LeastInterval = TimeSpan.Zero };

    [Fact]
    public async Task A_tracked_stream_answers_from_memory_within_the_interval_only()
    {
        var (owner, stream) = await StreamAsync();
        var key = NewKey();
        await owner.Sender.SendAsync(chain.Streams.Delegate(new Delegation(stream, key, 1_000, 4_000_000_000)));
        await using var directory = new SigningKeyDirectory(chain.Streams, options: OnDemandOnly);
        await directory.TrackAsync(stream);

        Assert.False(directory.IsSigningKey(stream, key, 999_999));
        Assert.True(directory.IsSigningKey(stream, key, 1_000_000));
        Assert.True(directory.IsSigningKey(stream, key, 3_999_999_999_999));
        Assert.False(directory.IsSigningKey(stream, key, 4_000_000_000_000));
        Assert.False(directory.IsSigningKey(stream, NewKey(), 1_000_000));
        Assert.False(directory.IsSigningKey(new StreamId(1), key, 1_000_000));
    }

    [Fact]
    public async Task An_unknown_key_is_looked_up_in_the_background()
    {
        var (owner, stream) = await StreamAsync();
        await using var directory = new SigningKeyDirectory(chain.Streams, options: OnDemandOnly);
        await directory.TrackAsync(stream);
        var key = NewKey();
        await owner.Sender.SendAsync(chain.Streams.Delegate(new Delegation(stream, key, 0, uint.MaxValue)));

        var read = NextRead(directory, stream);
        Assert.False(directory.IsSigningKey(stream, key, 1_000));
        await read.WaitAsync(Bound);
        Assert.True(directory.IsSigningKey(stream, key, 1_000));
    }

    [Fact]
    public async Task A_key_that_was_delegated_a_moment_ago_is_confirmed_and_an_invented_one_is_not()
    {
        var (owner, stream) = await StreamAsync();
        await using var directory = new SigningKeyDirectory(chain.Streams, options: OnDemandOnly with { LeastInterval = TimeSpan.FromMilliseconds(10) });
        await directory.TrackAsync(stream);
        var key = NewKey();
        await owner.Sender.SendAsync(chain.Streams.Delegate(new Delegation(stream, key, 1, uint.MaxValue)));

        Assert.True(await directory.ConfirmAsync(stream, key, 1_000).WaitAsync(Bound));
        Assert.False(await directory.ConfirmAsync(stream, key, 999).WaitAsync(Bound));
        Assert.False(await directory.ConfirmAsync(stream, NewKey(), 1_000).WaitAsync(Bound));
    }

    [Fact]
    public async Task However_many_ask_for_confirmation_the_node_is_asked_once_an_interval()
    {
        var reads = 0;
        await using var directory = new SigningKeyDirectory(
            chain.Streams, options: new SigningKeyOptions { RefreshInterval = TimeSpan.FromDays(1), LeastInterval = TimeSpan.FromDays(1) });
        await directory.TrackAsync(new StreamId(1));
        directory.Refreshed += _ => Interlocked.Increment(ref reads);
        Assert.False(await directory.ConfirmAsync(new StreamId(1), NewKey(), 1_000).WaitAsync(Bound));
        var later = Enumerable.Range(0, 100).Select(_ => directory.ConfirmAsync(new StreamId(1), NewKey(), 1_000)).ToList();
        Assert.False(await directory.ConfirmAsync(new StreamId(2), NewKey(), 1_000).WaitAsync(Bound));
        Assert.All(later, question => Assert.False(question.IsCompleted));
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Without_a_node_a_confirmation_fails_instead_of_denying()
    {
        var client = new EvmClient(new Uri("http://127.0.0.1:1"));
        await using var directory = new SigningKeyDirectory(
            new StreamKeys(client, chain.Deployment.StreamKeys), options: new SigningKeyOptions { RefreshInterval = TimeSpan.FromDays(1) });
        await Assert.ThrowsAsync<ChainException>(() => directory.ConfirmAsync(new StreamId(1), NewKey(), 1_000).WaitAsync(Bound));
    }

    [Fact]
    public async Task A_revocation_is_seen_by_the_periodic_read()
    {
        var (owner, stream) = await StreamAsync();
        var key = NewKey();
        await owner.Sender.SendAsync(chain.Streams.Delegate(new Delegation(stream, key, 0, uint.MaxValue)));
        await using var directory = new SigningKeyDirectory(chain.Streams, options: new SigningKeyOptions { RefreshInterval = TimeSpan.FromMilliseconds(20) });
        await directory.TrackAsync(stream);
        var later = ((ulong)uint.MaxValue - 1) * 1000;
        Assert.True(directory.IsSigningKey(stream, key, later));

        await owner.Sender.SendAsync(chain.Streams.Revoke(stream, key));

        // A read that was under way may still tell of the time before; the one after it cannot.
        await NextRead(directory, stream).WaitAsync(Bound);
        await NextRead(directory, stream).WaitAsync(Bound);
        Assert.False(directory.IsSigningKey(stream, key, later));
    }

    [Fact]
    public async Task Questions_about_unknown_keys_are_read_at_most_once_an_interval()
    {
        var reads = 0;
        await using var directory = new SigningKeyDirectory(chain.Streams, options: OnDemandOnly with { LeastInterval = TimeSpan.FromDays(1) });
        directory.Refreshed += _ => Interlocked.Increment(ref reads);
        var first = NextRead(directory, new StreamId(1));
        for (var i = 0; i < 100; i++)
        {
            Assert.False(directory.IsSigningKey(new StreamId(1), NewKey(), 1_000));
        }

        await first.WaitAsync(Bound);

        // The queue is in order: when a second stream has been read, nothing of the first can be waiting before it.
        var second = NextRead(directory, new StreamId(2));
        directory.IsSigningKey(new StreamId(2), NewKey(), 1_000);
        await second.WaitAsync(Bound);
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Without_a_node_the_last_delegations_stay_in_force()
    {
        var (owner, stream) = await StreamAsync();
        var key = NewKey();
        await owner.Sender.SendAsync(chain.Streams.Delegate(new Delegation(stream, key, 0, uint.MaxValue)));
        var client = new EvmClient(chain.Client.Url);
        await using var directory = new SigningKeyDirectory(
            new StreamKeys(client, chain.Deployment.StreamKeys), options: new SigningKeyOptions { RefreshInterval = TimeSpan.FromDays(1) });
        await directory.TrackAsync(stream);
        client.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => directory.TrackAsync(stream));
        Assert.True(directory.IsSigningKey(stream, key, 1_000));
    }

    [Fact]
    public async Task At_most_the_greatest_number_of_streams_is_kept()
    {
        await using var directory = new SigningKeyDirectory(chain.Streams, options: OnDemandOnly with { MaxStreams = 2 });
        await directory.TrackAsync(new StreamId(1));
        Assert.NotEmpty(directory.DelegationsOf(new StreamId(1)));
        await directory.TrackAsync(new StreamId(1_000_001));
        await directory.TrackAsync(new StreamId(1_000_002));
        Assert.Empty(directory.DelegationsOf(new StreamId(1)));
    }

    private static Task NextRead(SigningKeyDirectory directory, StreamId stream)
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        directory.Refreshed += refreshed =>
        {
            if (refreshed == stream)
            {
                read.TrySetResult();
            }
        };
        return read.Task;
    }

    private static Address NewKey() => PrivateKey.Create(SystemRandomSource.Instance).Address;

    private async Task<(TestAccount Owner, StreamId Stream)> StreamAsync()
    {
        var owner = await chain.AccountAsync(0);
        var minted = await owner.Sender.SendAsync(chain.Streams.Mint(new StreamInfo("t", "c", 0), new StreamTerms(owner.Address, 7_000, 2_500, 0)));
        return (owner, chain.Streams.MintedIn(minted));
    }
}
