using ClusterCast.Mesh.Scoring;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh.Tests.Scoring;

public sealed class BanListTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bans-").FullName;
    private readonly ManualTime _time = new();

    private string File => Path.Combine(_directory, "bans.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_ban_outlives_a_restart_and_ends_at_its_time()
    {
        var node = MeshWorld.Key(1).Address;
        Open().Ban(node, TimeSpan.FromMinutes(10));
        var again = Open();
        Assert.True(again.IsBanned(node));
        Assert.Equal([node], again.Current);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(again.IsBanned(node));
        Assert.Empty(again.Current);
    }

    [Fact]
    public void A_damaged_file_is_put_aside()
    {
        System.IO.File.WriteAllText(File, "{\"nonsense\": 3");
        Assert.Empty(Open().Current);
        Assert.True(System.IO.File.Exists(File + ".damaged"));
    }

    [Fact]
    public void Failures_fade()
    {
        var scores = new PeerScores(_time);
        var node = MeshWorld.Key(1).Address;
        scores.Fail(node);
        scores.Fail(node);
        Assert.Equal(2, scores.Failures(node), 6);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, scores.Failures(node), 6);
    }

    private BanList Open() => new(File, _time, NullLogger.Instance);
}
