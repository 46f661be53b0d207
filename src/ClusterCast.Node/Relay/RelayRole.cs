using System.Net;
using ClusterCast.Mesh;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Keys;
using ClusterCast.Node.Settlement;
using ClusterCast.Node.Network;
using ClusterCast.Node.Wallet;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Endpoint = ClusterCast.Protocol.Wire.Endpoint;

namespace ClusterCast.Node.Relay;

/// <summary>Carries streams and earns USDC: <c>clustercast relay</c>.</summary>
public sealed class RelayRole : IRole
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<ExitCode> RunAsync(RoleContext context, CancellationToken stop)
    {
        var settings = context.Settings;
        var log = context.Logs.CreateLogger("relay");
        using var chain = await ChainAccess.OpenAsync(context, stop).ConfigureAwait(false);
        var data = DataFolder.Of(settings, "relay");
        var devnet = chain.Deployment.Devnet;
        var nodeKey = Key(settings.Text("relay:nodeKey"), Path.Combine(data, "node.json"), devnet);
        var purseKey = Key(settings.Text("relay:purseKey"), Path.Combine(data, "purse.json"), devnet);
        var fault = Fault(context, devnet);
        await using var streams = await StreamTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        await using var stakes = await StakeTracker.OpenAsync(chain, context.Time, log, stop).ConfigureAwait(false);
        await FillPurseAsync(context, chain, nodeKey, purseKey, stop).ConfigureAwait(false);
        await using var purse = await PurseDesk.OpenAsync(context, chain, purseKey, data, stop).ConfigureAwait(false);
        await using var till = TillDesk.Open(context, chain, nodeKey, data, fault);
        await using var mesh = new MeshNode(new MeshOptions
        {
            Role = PeerRole.Relay,
            NodeKey = nodeKey,
            Domains = chain.Domains,
            SigningKeys = streams.Keys,
            ConfirmKey = streams.Keys.ConfirmAsync,
            DataDirectory = data,
            TlsListen = Endpoints.Parse(settings.Required("relay:tls", "Give an address like 0.0.0.0:4430.")),
            QuicListen = QuicListen(settings),
            Payout = Payout(settings.Text("relay:payout"), nodeKey.Address),
            Price = (ulong)settings.Number("relay:price"),
            MaxPrice = (ulong)settings.Number("purse:ceiling"),
            BootstrapFile = settings.Text("bootstrap"),
            MaxSubscribers = (int)settings.Number("relay:subscribers", 1, 1_000_000),
            MaxEgress = settings.Number("relay:maxEgress", 0, 1_000_000) is var megabits and > 0 ? megabits * 1_000_000 : null,
            MaxConnectionsPerAddress = (int)settings.Number("relay:perAddress", 1, 1_000_000),
            ServingSessions = new TillSessions(till.Till),
            PayingSessions = new PurseSessions(purse.Purse),
            Fault = fault,
            Stakes = stakes,
            Time = context.Time,
            Logging = context.Logs,
        }.WithDiscovery(settings, settings.Text("relay:publicTls")));
        purse.Purse.EvidenceFound += evidence => mesh.Report(evidence);
        var status = new RelayStatus(mesh, till, purse);
        await using var web = await WebHost.StartAsync(
            context, "relay", settings.Required("relay:http", "Give an address like 0.0.0.0:4431."), () => null,
            app => Map(app, mesh, till, status, fault, stop)).ConfigureAwait(false);
        mesh.Start();
        await using var addresses = RelayAddresses.Open(context, mesh, web.Url, log);
        var (quic, tls, ws, webTransport) = addresses.Current;
        log.LogInformation(
            "Relay {Node} at {Quic}, {Tls}, {Ws} and {WebTransport}, ${Price} a GB",
            nodeKey.Address, quic ?? "no QUIC", tls, ws, webTransport ?? "no WebTransport", settings.Number("relay:price") / 1_000_000m);
        ReadyLine.Write(
            context.Output, "relay", ("node", nodeKey.Address.ToString()), ("purse", purseKey.Address.ToString()), ("quic", quic ?? ""), ("tls", tls), ("ws", ws),
            ("webTransport", webTransport ?? ""), ("http", web.Url.ToString().TrimEnd('/')), ("dht", mesh.DhtNode?.Local.ToString() ?? ""));
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Ok;
    }

    private static void Map(WebApplication app, MeshNode mesh, TillDesk till, RelayStatus status, RelayFault? fault, CancellationToken stop)
    {
        app.Map(MeshNode.WebSocketPath, http => AcceptAsync(http, mesh));
        app.MapGet("/api/status", () => Results.Json(status.Read()));
        app.MapGet("/api/winners/{purse}", (string purse) => Address.TryParse(purse, out var key)
            ? Results.Json(new { won = till.WinnersOf(key) })
            : Results.BadRequest(new { error = "Name a purse: 0x and 40 hex digits." }));
        app.MapPost("/redeem", async (HttpContext http) => IsLocal(http)
            ? Results.Json(await till.DrainAsync(DrainPatience, stop).ConfigureAwait(false))
            : Results.StatusCode(StatusCodes.Status403Forbidden));
        if (fault is not null)
        {
            app.MapPost("/faults/{mode}", (HttpContext http, string mode) => !IsLocal(http) ? Results.StatusCode(StatusCodes.Status403Forbidden)
                : fault.Switch(mode) ? Results.Ok()
                : Results.BadRequest(new { error = "A fault is none, corrupt, stall or receipt." }));
        }
    }

    // By itself QUIC has the address of TLS and, as far as it is free, the same port number.
    private static IPEndPoint? QuicListen(Settings settings) => settings.Text("relay:quic") switch
    {
        "off" => null,
        { } address => Endpoints.Parse(address),
        _ => Endpoints.Parse(settings.Required("relay:tls", "Give an address like 0.0.0.0:4430.")),
    };

    private static bool IsLocal(HttpContext http) => http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);

    private static async Task AcceptAsync(HttpContext http, MeshNode mesh)
    {
        if (!http.WebSockets.IsWebSocketRequest || !http.WebSockets.WebSocketRequestedProtocols.Contains(MeshNode.WebSocketProtocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            await http.Response.WriteAsync($"Connect with a WebSocket of subprotocol {MeshNode.WebSocketProtocol}.\n").ConfigureAwait(false);
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync(MeshNode.WebSocketProtocol).ConfigureAwait(false);
        var remote = http.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, http.Connection.RemotePort).ToString() : "?";
        await mesh.AcceptWebSocketAsync(socket, remote).ConfigureAwait(false);
    }

    private static PrivateKey Key(string? file, string standard, bool devnet) =>
        file is null ? KeyFile.OpenOrCreate(standard, devnet, SystemRandomSource.Instance) : KeyFile.Open(file, devnet);

    private static RelayFault? Fault(RoleContext context, bool devnet) => !context.Settings.Switch("relay:faults") ? null
        : devnet ? new RelayFault()
        : throw new NodeException("--faults is for demonstrations on a devnet. Start without it.", ExitCode.Usage);

    // On a devnet a relay can be told to fill the purse that pays its parent; elsewhere its operator does.
    private static async Task FillPurseAsync(RoleContext context, ChainAccess chain, PrivateKey nodeKey, PrivateKey purseKey, CancellationToken stop)
    {
        var wanted = context.Settings.Text("relay:purseDeposit") is null ? 0 : (ulong)context.Settings.Number("relay:purseDeposit", 0, 50_000_000);
        var held = wanted == 0 ? 0 : (await chain.Broker.PurseAsync(purseKey.Address, stop).ConfigureAwait(false)).Balance;
        if (held < wanted)
        {
            await PurseFiller.FillAsync(chain, nodeKey, purseKey, wanted - held, stop).ConfigureAwait(false);
        }
    }

    private static Address Payout(string? text, Address node) => text is null ? node : Inputs.Account(text);
}
