using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClusterCast.EndToEnd.Support;
using ClusterCast.Node.Demo;

namespace ClusterCast.EndToEnd.Roles;

/// <summary>A real browser at real relays: it comes by WebTransport, pins the certificate that the record names, and falls back to WebSocket.</summary>
[Collection(Network.Name)]
public sealed partial class BrowserTests(NetworkFixture network) : IAsyncLifetime
{
    private const string Rows = "[...document.querySelectorAll('.relays li code')].map(code => ({ node: code.title, text: code.parentElement.querySelector('small').textContent, why: code.parentElement.querySelector('small').title }))";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(40);

    private readonly Sandbox _sandbox = new();
    private Command _publisher = null!;

    public ValueTask InitializeAsync()
    {
        _publisher = Ffmpeg.Publish(_sandbox, network.RtmpUrl());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _publisher.Signal(2);
        await _publisher.EndAsync(Bound);
        await _publisher.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_picture_arrives_by_webtransport()
    {
        await using var page = await OpenAsync(relays: 1);
        var stats = await UntilAsync(page, "window.clustercast?.stats()", stats => stats["firstFrameMs"] is not null && (long)stats["verifiedBytes"]! > 300_000);
        Assert.Equal("webTransport", (string?)stats["transport"]);
        Assert.Equal("", (string?)stats["whyNoWebTransport"]);
        Assert.Equal(0, (long)stats["leavesRejected"]!);
    }

    [Fact]
    public async Task A_relay_that_answers_with_another_certificate_is_refused_and_reached_by_websocket()
    {
        // The record names the certificate of one relay, and the port of another one.
        await using var relay = await StartRelayAsync(new Uri(network.Relay["webTransport"]).Authority);
        await using var page = await OpenAsync(relays: 2);
        var row = await RowOfAsync(page, relay.Node);
        Assert.Contains("WebSocket", (string?)row["text"]);
        Assert.StartsWith("WebTransport did not ", (string?)row["why"]);

        // The same port, by the hash of either certificate.
        var hashes = await HashesAsync(page);
        Assert.Equal(2, hashes.Count);
        var answers = new List<string>();
        foreach (var hash in hashes)
        {
            answers.Add((string)(await page.Page.EvaluateAsync(Dial(network.Relay["webTransport"], hash), CancellationToken.None))!);
        }

        Assert.Equal(["open", "refused"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_relay_whose_udp_is_blocked_is_reached_by_websocket()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var relay = await StartRelayAsync(silent.LocalEndPoint!.ToString()!);
        await using var page = await OpenAsync(relays: 2);
        var row = await RowOfAsync(page, relay.Node);
        Assert.Contains("WebSocket", (string?)row["text"]);
        Assert.Equal("WebTransport did not answer in time.", (string?)row["why"]);
    }

    private async Task<Role> StartRelayAsync(string publicWebTransport)
    {
        var relay = new Role(Clustercast.Start(
            _sandbox,
            [
                "relay", "--bootstrap", network.Bootstrap, "--deployments", network.Deployments, "--data", _sandbox.File("relay"), "--supervised",
                "--node-key", Path.Combine(network.Devnet["keys"], "relay2.json"), "--price", "1000000", "--face-value", "400", "--ticket-bytes", "250000",
                "--public-webtransport", publicWebTransport,
            ]));
        relay.Addresses = await relay.Command.ReadyAsync();
        return relay;
    }

    private async Task<Viewer> OpenAsync(int relays)
    {
        var portal = Clustercast.Start(
            _sandbox, ["portal", "--http", "127.0.0.1:0", "--bootstrap", network.Bootstrap, "--deployments", network.Deployments, "--data", _sandbox.File("portal"), "--supervised"]);
        var url = (await portal.ReadyAsync())["http"];
        using var http = new HttpClient();
        await Poll.UntilAsync(
            async () => JsonNode.Parse(await http.GetStringAsync($"{url}/api/streams/1/relays"))!["records"]!.AsArray().Count == relays,
            Bound, () => $"The portal does not name {relays} relays.");
        var page = await ChromiumPage.OpenAsync(_sandbox.File("profile"), CancellationToken.None);
        await page.NavigateAsync($"{url}/watch/1#autofund=3", CancellationToken.None);
        return new Viewer(url, portal, page);
    }

    // The hashes that the relays' records name; their addresses lie in them as text.
    private static async Task<IReadOnlyList<string>> HashesAsync(Viewer viewer)
    {
        using var http = new HttpClient();
        var records = JsonNode.Parse(await http.GetStringAsync($"{viewer.Portal}/api/streams/1/relays"))!["records"]!.AsArray();
        return [.. records.Select(record => Hash().Match(Encoding.Latin1.GetString(Convert.FromHexString(((string)record!)[2..]))).Groups[1].Value)];
    }

    private static string Dial(string url, string hash) => $$"""
        (() => {
          const value = Uint8Array.from(atob('{{hash.Replace('-', '+').Replace('_', '/')}}'), (c) => c.charCodeAt(0));
          const session = new WebTransport('{{url}}', { serverCertificateHashes: [{ algorithm: 'sha-256', value }] });
          session.closed.catch(() => {});
          return session.ready.then(() => { session.close(); return 'open'; }, () => 'refused');
        })()
        """;

    [GeneratedRegex("https://[^#]+/clustercast#([A-Za-z0-9_-]{43})")]
    private static partial Regex Hash();

    // The row of a relay once it is connected: then it says by what.
    private static async Task<JsonObject> RowOfAsync(Viewer viewer, string node)
    {
        var rows = await UntilAsync(
            viewer, $"({{ rows: {Rows} }})",
            answer => answer["rows"]!.AsArray().Any(row => IsOf(row, node) && ((string)row!["text"]!).Contains("Web", StringComparison.Ordinal)));
        return rows["rows"]!.AsArray().Single(row => IsOf(row, node))!.AsObject();
    }

    private static bool IsOf(JsonNode? row, string node) => string.Equals((string?)row!["node"], node, StringComparison.OrdinalIgnoreCase);

    private static async Task<JsonObject> UntilAsync(Viewer viewer, string expression, Func<JsonObject, bool> holds)
    {
        JsonObject? last = null;
        await Poll.UntilAsync(
            async () => (last = await viewer.Page.EvaluateAsync($"{expression} ?? null", CancellationToken.None) as JsonObject) is not null && holds(last),
            Bound, () => $"The page says {last?.ToJsonString()}.");
        return last!;
    }

    private sealed class Role(Command command) : IAsyncDisposable
    {
        public Command Command { get; } = command;

        public IReadOnlyDictionary<string, string> Addresses { get; set; } = null!;

        public string Node => Addresses["node"];

        public async ValueTask DisposeAsync()
        {
            await Command.CloseAsync();
            await Command.DisposeAsync();
        }
    }

    private sealed class Viewer(string portalUrl, Command portal, ChromiumPage page) : IAsyncDisposable
    {
        public string Portal { get; } = portalUrl;

        public ChromiumPage Page { get; } = page;

        public async ValueTask DisposeAsync()
        {
            await Page.DisposeAsync();
            await portal.CloseAsync();
            await portal.DisposeAsync();
        }
    }
}
