using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Node.Demo;

/// <summary>Everything that runs in the demo, each role a process of its own.</summary>
internal sealed class DemoNetwork : IAsyncDisposable
{
    private const int RelayCount = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private readonly string _folder;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly List<RoleProcess> _roles = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _arguments = [];

    private DemoNetwork(string folder) => _folder = folder;

    public string Deployments => Path.Combine(_folder, "deployments.json");

    public string PublishKey { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    public IReadOnlyList<RoleProcess> Roles
    {
        get
        {
            lock (_roles)
            {
                return [.. _roles];
            }
        }
    }

    public IReadOnlyList<RoleProcess> Relays => [.. Roles.Where(role => role.Name.StartsWith("relay", StringComparison.Ordinal))];

    public string PortalUrl => Role("portal").Addresses["http"];

    /// <summary>Where the publisher sends the stream: <c>rtmp://host:port/live</c>.</summary>
    public string RtmpUrl => Role("broadcast").Addresses["rtmp"];

    /// <summary>Starts all roles. Throws <see cref="NodeException"/> with the cause when one does not come up.</summary>
    public static async Task<DemoNetwork> StartAsync(DemoOptions options, string folder, CancellationToken stop)
    {
        var network = new DemoNetwork(folder);
        try
        {
            await network.StartRolesAsync(options, stop).ConfigureAwait(false);
            return network;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The role's own status; null when it does not answer.</summary>
    public async Task<JsonObject?> StatusAsync(RoleProcess role, CancellationToken stop)
    {
        if (!role.IsRunning || !role.Addresses.TryGetValue("http", out var url))
        {
            return null;
        }

        try
        {
            return await _http.GetFromJsonAsync<JsonObject>($"{url}/api/status", stop).ConfigureAwait(false);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>How many relays of stream 1 the portal names to pages.</summary>
    public async Task<int> RelaysAtPortalAsync(CancellationToken stop) =>
        (await _http.GetFromJsonAsync<JsonObject>($"{PortalUrl}/api/streams/1/relays", stop).ConfigureAwait(false))?["records"]?.AsArray().Count ?? 0;

    /// <summary>The relay with this node id. Throws <see cref="NodeException"/> when there is none.</summary>
    public RoleProcess RelayOf(string node) => Relays.FirstOrDefault(relay => string.Equals(relay.Addresses["node"], node, StringComparison.OrdinalIgnoreCase))
        ?? throw new NodeException($"The viewer uses {node}, which is no relay of this demo.", ExitCode.Failed);

    /// <summary>Makes a relay misbehave from now on.</summary>
    public async Task MisbehaveAsync(RoleProcess relay, Misbehaviour how, CancellationToken stop)
    {
        if (how == Misbehaviour.Crash)
        {
            relay.Kill();
            return;
        }

        using var answer = await _http.PostAsync($"{relay.Addresses["http"]}/faults/{how.ToString().ToLowerInvariant()}", null, stop).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Starts a relay that ended again, on its old data: its winners are on its disk.</summary>
    public async Task RestartAsync(RoleProcess relay, CancellationToken stop)
    {
        lock (_roles)
        {
            _roles.Remove(relay);
        }

        await relay.DisposeAsync().ConfigureAwait(false);
        await StartAsync(relay.Name, _arguments[relay.Name], stop).ConfigureAwait(false);
    }

    /// <summary>Redeems all winners of all relays that still run and waits for the receipts.</summary>
    public async Task RedeemAllAsync(CancellationToken stop) =>
        await Task.WhenAll(Relays.Where(relay => relay.IsRunning).Select(async relay =>
        {
            using var answer = await _http.PostAsync($"{relay.Addresses["http"]}/redeem", null, stop).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
        })).ConfigureAwait(false);

    /// <summary>How many winners of a purse all running relays have.</summary>
    public async Task<long> WinnersOfAsync(Address purse, CancellationToken stop)
    {
        var counts = await Task.WhenAll(Relays.Where(relay => relay.IsRunning).Select(async relay =>
            (long?)(await _http.GetFromJsonAsync<JsonObject>($"{relay.Addresses["http"]}/api/winners/{purse}", stop).ConfigureAwait(false))?["won"] ?? 0)).ConfigureAwait(false);
        return counts.Sum();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The chain goes last, so that nobody's last act fails on it.
        await Task.WhenAll(_roles.Skip(1).Select(role => role.DisposeAsync().AsTask())).ConfigureAwait(false);
        foreach (var role in _roles.Take(1))
        {
            await role.DisposeAsync().ConfigureAwait(false);
        }

        _http.Dispose();
    }

    private async Task StartRolesAsync(DemoOptions options, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "logs"));
        var bootstrap = Path.Combine(_folder, "bootstrap.json");
        await StartAsync("devnet", ["devnet", "--port", "0"], stop).ConfigureAwait(false);

        // The first relay is where the others begin; who else is there they hear by gossip.
        BootstrapFile.Write(bootstrap, []);
        await StartRelayAsync(1, bootstrap, stop).ConfigureAwait(false);
        var first = Role("relay 1").Addresses;
        BootstrapFile.Write(bootstrap, [new BootstrapPeer(Address.Parse(first["node"]), first["quic"] is { Length: > 0 } quic ? quic : first["tls"])]);
        var rtmp = options.Clip is null ? "127.0.0.1:1935" : "127.0.0.1:0";
        await Task.WhenAll(
        [
            .. Enumerable.Range(2, RelayCount - 1).Select(number => StartRelayAsync(number, bootstrap, stop)),
            StartAsync("portal", ["portal", "--http", $"127.0.0.1:{options.Port}", "--bootstrap", bootstrap], stop),
            StartAsync("broadcast", ["broadcast", "--rtmp", rtmp, "--publish-key", PublishKey, "--bootstrap", bootstrap, "--push-to", "2"], stop),
        ]).ConfigureAwait(false);
    }

    private Task StartRelayAsync(int number, string bootstrap, CancellationToken stop) => StartAsync(
        $"relay {number}",
        [
            "relay", "--bootstrap", bootstrap, "--price", $"{DemoOptions.Price}", "--face-value", $"{DemoOptions.FaceValue}",
            "--ticket-bytes", $"{DemoOptions.TicketBytes}", "--hold", "3", "--faults", "--purse-deposit", $"{DemoOptions.Deposit}",
            "--node-key", Path.Combine(Role("devnet").Addresses["keys"], $"relay{number}.json"),
        ],
        stop);

    private async Task StartAsync(string name, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        var file = name.Replace(" ", "", StringComparison.Ordinal);
        var role = await RoleProcess.StartAsync(
            name, [.. arguments, "--data", Path.Combine(_folder, file), "--deployments", Deployments], Path.Combine(_folder, "logs", $"{file}.log"), Patience, stop).ConfigureAwait(false);
        lock (_roles)
        {
            _roles.Add(role);
            _arguments[name] = arguments;
        }
    }

    private RoleProcess Role(string name)
    {
        lock (_roles)
        {
            return _roles.Single(role => role.Name == name);
        }
    }
}
