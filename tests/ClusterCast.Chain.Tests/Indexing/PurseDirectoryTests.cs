using ClusterCast.Chain.Indexing;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Indexing;

public class PurseDirectoryTests(DevnetFixture chain)
{
    [Fact]
    public async Task A_purse_is_read_again_only_when_it_is_too_old()
    {
        var owner = await chain.AccountAsync();
        var viewingKey = (await chain.PurseAsync(owner, 1_000_000));
        var time = new ManualTime();
        var directory = new PurseDirectory(chain.Broker, time);
        Assert.False(directory.TryGet(viewingKey.Address, out _));

        var first = await directory.GetAsync(viewingKey.Address, TimeSpan.FromSeconds(5));
        await owner.Sender.SendAsync(chain.Broker.RequestExit(viewingKey.Address, 400_000));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Same(first, await directory.GetAsync(viewingKey.Address, TimeSpan.FromSeconds(5)));
        time.Advance(TimeSpan.FromSeconds(1));
        var second = await directory.GetAsync(viewingKey.Address, TimeSpan.FromSeconds(5));
        Assert.Equal((1_000_000UL, 600_000UL), (first.State.Available, second.State.Available));
        Assert.True(directory.TryGet(viewingKey.Address, out var known));
        Assert.Same(second, known);

        directory.Forget(viewingKey.Address);
        Assert.False(directory.TryGet(viewingKey.Address, out _));
    }

    [Fact]
    public async Task A_purse_that_nobody_opened_does_not_exist()
    {
        var directory = new PurseDirectory(chain.Broker);
        var snapshot = await directory.RefreshAsync(PrivateKey.Create(SystemRandomSource.Instance).Address);
        Assert.False(snapshot.State.Exists);
        Assert.Equal(0UL, snapshot.State.Available);
    }

    [Fact]
    public async Task Readers_at_the_same_time_get_an_answer_each()
    {
        var viewingKey = await chain.PurseAsync(await chain.AccountAsync(), 7);
        var directory = new PurseDirectory(chain.Broker);
        var snapshots = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => directory.RefreshAsync(viewingKey.Address))));
        Assert.All(snapshots, snapshot => Assert.Equal(7UL, snapshot.State.Balance));
    }

    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
