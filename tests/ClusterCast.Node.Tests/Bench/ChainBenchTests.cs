using System.Text.Json.Nodes;
using ClusterCast.Chain.Devnet;
using ClusterCast.Chain.Rpc;
using ClusterCast.Node.Bench;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Node.Tests.Bench;

/// <summary>The benchmark on real anvils, with few transactions.</summary>
public sealed class ChainBenchTests : IAsyncLifetime
{
    private static readonly string[] Operations = ["deposit", "redeem", "stake", "mint", "heartbeat"];

    private readonly TempFolder _folder = new();
    private AnvilProcess _anvil = null!;

    public async ValueTask InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync(0);
        using var client = new EvmClient(_anvil.Url);
        await client.DevelopmentAsync("evm_setAutomine", [true]);
    }

    public async ValueTask DisposeAsync()
    {
        await _anvil.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_anvil_gets_the_contracts_and_every_operation_is_measured()
    {
        var (status, report, text) = await RunAsync(("bench:rpc:0", _anvil.Url.ToString()));

        Assert.Equal(ExitCode.Ok, status);
        Assert.Equal(["rounds", "burst", "tickets", "chains"], Names(report));
        var chain = Assert.Single(report["chains"]!.AsArray())!;
        Assert.Equal(["rpc", "error", "chainId", "client", "prices", "nativeUsd", "operations"], Names(chain));
        Assert.Null(chain["error"]);
        Assert.Equal((31337, "node"), ((int)chain["chainId"]!, (string)chain["prices"]!));
        Assert.StartsWith("anvil/", (string)chain["client"]!);
        Assert.Equal(Operations, Each(chain).Select(operation => (string)operation["name"]!));
        Assert.All(Each(chain), operation =>
        {
            Assert.Equal(
                ["name", "gasFirst", "gas", "transactionBytes", "latencyMs", "transactionsPerSecond", "gasPerSecond", "gasPriceWei", "executionUsd", "l1DataUsd", "totalUsd"], Names(operation));
            Assert.InRange((long)operation["gas"]!, 21_000, 1_000_000);
            Assert.True((double)operation["latencyMs"]!["p50"]! <= (double)operation["latencyMs"]!["p95"]!);
            Assert.True((double)operation["transactionsPerSecond"]! > 0);
            Assert.Equal(decimal.Round((decimal)operation["gas"]! * (decimal)operation["gasPriceWei"]! * 3_000 / 1e18m, 10), (decimal)operation["executionUsd"]!);
            Assert.Equal(0, (decimal)operation["l1DataUsd"]!);
            Assert.Contains((string)operation["name"]!, text);
        });
    }

    [Fact]
    public async Task A_node_that_does_not_answer_spoils_nothing_but_the_status()
    {
        var (status, report, text) = await RunAsync(("bench:rpc:0", "http://127.0.0.1:1/v2/secret"), ("bench:rpc:1", _anvil.Url.ToString()));

        Assert.Equal(ExitCode.Failed, status);
        var chains = report["chains"]!.AsArray();
        Assert.Contains("No Ethereum node answers at http://127.0.0.1:1.", (string)chains[0]!["error"]!);
        Assert.Empty(Each(chains[0]!));
        Assert.Null(chains[1]!["error"]);
        Assert.Equal(Operations, Each(chains[1]!).Select(operation => (string)operation["name"]!));
        Assert.Contains("http://127.0.0.1:1 failed", text);
        Assert.DoesNotContain("secret", report.ToJsonString() + text);
    }

    [Fact]
    public async Task A_deployment_of_another_chain_or_of_no_contracts_is_refused()
    {
        var deployments = _folder.File("deployments.json");
        await using var devnet = await LocalDevnet.StartAsync(new DevnetOptions { Port = 0, BlockTime = TimeSpan.Zero, ChainId = 31_338 }, deployments);
        using var geth = new OtherSoftware(_anvil.Url);

        await RefusedAsync("None of the deployments files is for chain 31337", ("bench:rpc:0", geth.Url.ToString()), ("bench:deployments:0", deployments));
        await RefusedAsync("has no contracts of ours", ("bench:rpc:0", geth.Url.ToString()));
        var edited = _folder.Write("edited.json", File.ReadAllText(deployments).Replace("31338", "31337", StringComparison.Ordinal));
        await RefusedAsync("There is no TicketBroker of this deployment", ("bench:rpc:0", _anvil.Url.ToString()), ("bench:deployments:0", edited));
    }

    [Fact]
    public async Task A_key_without_gas_or_without_usdc_is_told_so_and_a_funded_one_pays()
    {
        var deployments = _folder.File("deployments.json");
        await using var devnet = await LocalDevnet.StartAsync(new DevnetOptions { Port = 0, BlockTime = TimeSpan.Zero }, deployments);
        using var geth = new OtherSoftware(devnet.Client.Url);
        var key = PrivateKey.Create(SystemRandomSource.Instance);
        var file = _folder.Write("key.json", $$"""{"privateKey":"{{Hex.Encode(key.Export())}}"}""");
        (string, string)[] flags = [("bench:rpc:0", geth.Url.ToString()), ("bench:deployments:0", deployments), ("bench:key", file)];

        await RefusedAsync("wants real money", flags[..2]);
        await RefusedAsync("holds 0 of the native token", flags);
        await devnet.GrantAsync(key.Address, 0);
        await RefusedAsync("holds $0 in USDC on chain 31337; $100.", flags);
        await devnet.GrantAsync(key.Address, 110_000_000);
        var (status, report, _) = await RunAsync(flags);

        Assert.Equal(ExitCode.Ok, status);
        Assert.Equal("Geth/v1.16.0", (string)report["chains"]![0]!["client"]!);
        Assert.Equal(Operations, Each(report["chains"]![0]!).Select(operation => (string)operation["name"]!));
    }

    [Fact]
    public async Task A_profile_prices_the_same_gas_as_its_chain_does()
    {
        var (_, plain, _) = await RunAsync(("bench:rpc:0", _anvil.Url.ToString()), ("bench:profile", "base"));
        var (_, stored, _) = await RunAsync(("bench:rpc:0", _anvil.Url.ToString()), ("bench:profile", "megaeth"));

        foreach (var (onBase, onMega) in Each(plain["chains"]![0]!).Zip(Each(stored["chains"]![0]!)))
        {
            Assert.Equal(6_000_000, (long)onBase["gasPriceWei"]!);
            Assert.Equal((decimal)onBase["gas"]! * 6_000_000 * 3_000 / 1e18m, (decimal)onBase["executionUsd"]!, 9);
            Assert.True((decimal)onBase["l1DataUsd"]! > 0);
            Assert.Equal((decimal)onBase["executionUsd"]! + (decimal)onBase["l1DataUsd"]!, (decimal)onBase["totalUsd"]!);
            Assert.True((long)onMega["gas"]! > (long)onBase["gas"]! + 39_000);
            Assert.Equal(0, (decimal)onMega["l1DataUsd"]!);
        }
    }

    [Theory]
    [InlineData("No chain is named")]
    [InlineData("is not a JSON-RPC address", "bench:rpc:0", "ftp://example")]
    [InlineData("There are: base, ", "bench:rpc:0", "http://127.0.0.1:1", "bench:profile", "ethereum")]
    [InlineData("a price in dollars above 0", "bench:rpc:0", "http://127.0.0.1:1", "bench:ethUsd", "0")]
    public Task Wrong_use_is_refused(string words, params string[] flags) => Sentence.RefusedAsync(
        ExitCode.Usage, () => ChainBenchCommand.RunAsync(Given.Context(Given.Settings([.. flags.Chunk(2).Select(pair => (pair[0], pair[1]))])), CancellationToken.None), words);

    [Fact]
    public void A_percentile_is_the_nearest_rank()
    {
        double[] values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        Assert.Equal((5, 10, 1, 10), (OperationBench.At(values, 0.5), OperationBench.At(values, 0.95), OperationBench.At(values, 0), OperationBench.At(values, 1)));
        Assert.Equal(7, OperationBench.At([7], 0.95));
    }

    private async Task RefusedAsync(string words, params (string, string)[] flags)
    {
        var (status, report, text) = await RunAsync(flags);
        Assert.Equal(ExitCode.Failed, status);
        Assert.Contains(words, (string)report["chains"]![0]!["error"]!);
        Assert.Contains(words, text);
        Assert.DoesNotContain("operation", text);
    }

    private async Task<(ExitCode Status, JsonNode Report, string Text)> RunAsync(params (string, string)[] flags)
    {
        var file = _folder.File("report.json");
        var output = new StringWriter();
        var settings = Given.Settings([("bench:rounds", "2"), ("bench:burst", "2"), ("bench:tickets", "5"), ("bench:report", file), .. flags]);
        var status = await ChainBenchCommand.RunAsync(Given.Context(settings, output), CancellationToken.None);
        return (status, JsonNode.Parse(File.ReadAllText(file))!, output.ToString());
    }

    private static IEnumerable<JsonNode> Each(JsonNode chain) => chain["operations"]!.AsArray().Select(operation => operation!);

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(member => member.Key);
}
