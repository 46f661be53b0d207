using System.Net;
using System.Net.Sockets;
using ClusterCast.EndToEnd.Support;

namespace ClusterCast.EndToEnd.Roles;

/// <summary>Each gets one sentence with cause and remedy, and the right status.</summary>
[Collection(Network.Name)]
public sealed class BadInputTests(NetworkFixture network)
{
    [Theory]
    [InlineData("portal", "--http")]
    [InlineData("relay", "--http")]
    [InlineData("relay", "--tls")]
    [InlineData("broadcast", "--rtmp")]
    [InlineData("broadcast", "--tls")]
    public async Task A_port_in_use(string verb, string flag)
    {
        using var taken = Taken(out var port);

        await Clustercast.RefusesAsync(69, [$"{port}", "in use"], verb, flag, $"127.0.0.1:{port}", "--deployments", network.Deployments);
    }

    [Fact]
    public async Task The_port_of_the_chain_in_use()
    {
        using var taken = Taken(out var port);

        await Clustercast.RefusesAsync(69, [$"{port}", "in use"], "devnet", "--port", $"{port}");
    }

    [Theory]
    [InlineData("0", "above 0")]
    [InlineData("51", "at most 50")]
    [InlineData("much", "'much'")]
    public Task A_deposit_that_is_none(string amount, string words) =>
        Clustercast.RefusesAsync(64, [words], "wallet", "deposit", "--amount", amount, "--deployments", network.Deployments);

    [Theory]
    [InlineData("relay")]
    [InlineData("broadcast")]
    [InlineData("portal")]
    [InlineData("watch")]
    public Task No_deployments_file(string verb) => Clustercast.RefusesAsync(69, ["nowhere.json", "clustercast devnet"], verb, "--deployments", "nowhere.json");

    [Fact]
    public async Task A_chain_that_is_not_there()
    {
        // The port is nobody's once the listener is gone.
        Taken(out var port).Dispose();

        await Clustercast.RefusesAsync(69, [$"127.0.0.1:{port}"], "relay", "--rpc", $"http://127.0.0.1:{port}", "--deployments", network.Deployments);
    }

    [Fact]
    public async Task A_chain_that_takes_the_connection_and_never_answers()
    {
        using var silent = Taken(out var port);

        await Clustercast.RefusesAsync(69, [$"127.0.0.1:{port}", "did not answer"], "relay", "--rpc", $"http://127.0.0.1:{port}", "--deployments", network.Deployments);
    }

    [Fact]
    public Task An_address_that_is_no_chain() => Clustercast.RefusesAsync(69, [network.Relay["http"]], "relay", "--rpc", network.Relay["http"], "--deployments", network.Deployments);

    [Fact]
    public Task An_address_that_is_none() => Clustercast.RefusesAsync(64, ["'ftp://here'", "http://127.0.0.1:8545"], "relay", "--rpc", "ftp://here", "--deployments", network.Deployments);

    [Fact]
    public async Task Chains_to_measure_that_are_not_there()
    {
        await using var sandbox = new Sandbox();

        var finished = await Clustercast.RunAsync(sandbox, TimeSpan.FromSeconds(60), "bench", "chain", "--rpc", "http://127.0.0.1:1", "--rpc", "http://127.0.0.1:2", "--report", "chains.json");

        Assert.True(finished.Status == 1, $"{finished}");
        Assert.Contains("http://127.0.0.1:1 failed: No Ethereum node answers", finished.Output);
        Assert.Contains("http://127.0.0.1:2 failed: No Ethereum node answers", finished.Output);
        Assert.True(File.Exists(sandbox.File("chains.json")));
    }

    [Fact]
    public async Task Evidence_that_is_none()
    {
        await using var sandbox = new Sandbox();
        await File.WriteAllTextAsync(sandbox.File("letter.json"), "Dear reader");

        await Clustercast.RefusesAsync(sandbox, 1, ["letter.json", "cannot be decided"], "evidence", "verify", "letter.json");
    }

    [Fact]
    public Task A_configuration_file_that_is_not_there() => Clustercast.RefusesAsync(64, ["none.jsonc", "clustercast config"], "relay", "--config", "none.jsonc");

    private static TcpListener Taken(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }
}
