using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Roles;

/// <summary>A network that was set up by hand: chain, one relay, one broadcaster.</summary>
public sealed class NetworkFixture : IAsyncLifetime
{
    public const string PublishKey = "e2e-publish-key";
    private readonly Sandbox _sandbox = new();
    private readonly List<Command> _roles = [];

    public string Deployments => _sandbox.File("deployments.json");

    public string Bootstrap => _sandbox.File("bootstrap.json");

    public IReadOnlyDictionary<string, string> Devnet { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> Relay { get; private set; } = null!;

    public IReadOnlyDictionary<string, string> Broadcast { get; private set; } = null!;

    /// <summary>Log of the broadcaster.</summary>
    internal Command Broadcaster => _roles[2];

    /// <summary>Where to publish with a key.</summary>
    public string RtmpUrl(string key = PublishKey) => $"{Broadcast["rtmp"]}/{key}";

    public async ValueTask InitializeAsync()
    {
        Devnet = await StartAsync("devnet", "--port", "0");
        await File.WriteAllTextAsync(Bootstrap, """{"peers":[]}""");

        // Pages reach this relay by WebTransport or not at all: nothing listens on the discard port.
        Relay = await StartAsync(
            "relay", "--public-ws", "ws://127.0.0.1:9/clustercast", "--bootstrap", Bootstrap, "--node-key", Path.Combine(Devnet["keys"], "relay1.json"), "--price", "1000000", "--face-value", "400", "--ticket-bytes", "250000", "--hold", "3");
        await File.WriteAllTextAsync(Bootstrap, $$"""{"peers":[{"node":"{{Relay["node"]}}","url":"{{Relay["tls"]}}"}]}""");
        Broadcast = await StartAsync("broadcast", "--bootstrap", Bootstrap, "--rtmp", "127.0.0.1:0", "--publish-key", PublishKey);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var role in _roles.AsEnumerable().Reverse())
        {
            var finished = await role.CloseAsync();
            Assert.True(finished.Status == 0, finished.ToString());
            Assert.DoesNotContain("   at ", finished.ToString());
            await role.DisposeAsync();
        }

        await _sandbox.AssertNothingIsLeftAsync();
        await _sandbox.DisposeAsync();
    }

    private async Task<IReadOnlyDictionary<string, string>> StartAsync(string verb, params string[] flags)
    {
        var role = Clustercast.Start(_sandbox, [verb, .. flags, "--data", _sandbox.File(verb), "--deployments", Deployments, "--supervised"]);
        _roles.Add(role);
        return await role.ReadyAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class Network : ICollectionFixture<NetworkFixture>
{
    public const string Name = "network";
}
