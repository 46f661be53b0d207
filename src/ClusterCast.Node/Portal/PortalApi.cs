using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using ClusterCast.Chain;
using ClusterCast.Chain.Contracts;
using ClusterCast.Mesh;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Network;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClusterCast.Node.Portal;

/// <summary>What the web app asks for. A page trusts none of it: records are signed, and keys and purses it can read from the chain itself.</summary>
internal sealed class PortalApi(ChainAccess chain, MeshNode mesh, DepositDesk deposits, string? publicRpc)
{
    private readonly ConcurrentDictionary<StreamId, StreamInfo> _infos = new();

    /// <summary>Adds the routes under <c>/api</c>.</summary>
    public void Map(WebApplication app, CancellationToken stop)
    {
        app.MapGet("/api/status", () => Results.Json(new { role = "portal", relays = mesh.Records.Count }));
        app.MapGet("/api/config", () => Results.Json(Config()));
        app.MapGet("/api/streams", () => Guard(() => StreamsAsync(stop)));
        app.MapGet("/api/streams/{stream}", (string stream) => Guard(() => StreamAsync(Inputs.Stream(stream), stop)));
        app.MapGet("/api/streams/{stream}/relays", (string stream) => Guard(() => Task.FromResult(Relays(Inputs.Stream(stream)))));
        app.MapGet("/api/purses/{key}", (string key) => Guard(() => PurseAsync(key, stop)));
        app.MapPost("/api/deposits", (DepositRequest request) => Guard(async () => new { txHash = (await deposits.SendAsync(request, stop).ConfigureAwait(false)).ToString() }));
        if (deposits.Faucet is { } faucet)
        {
            app.MapPost("/api/devnet/faucet", (FaucetRequest request) => Guard(async () =>
            {
                await faucet.GrantAsync(Inputs.Account(request.Address), Inputs.Whole(request.Amount, "amount"), stop).ConfigureAwait(false);
                return new { ok = true };
            }));
        }
    }

    private static async Task<IResult> Guard<T>(Func<Task<T>> answer)
    {
        try
        {
            return Results.Json(await answer().ConfigureAwait(false));
        }
        catch (NodeException e)
        {
            return Results.Json(new { error = e.Message }, statusCode: StatusCodes.Status400BadRequest);
        }
        catch (ChainException e)
        {
            var status = e.Fault is ChainFault.Reverted or ChainFault.InvalidInput ? StatusCodes.Status400BadRequest : StatusCodes.Status502BadGateway;
            return Results.Json(new { error = e.Message }, statusCode: status);
        }
    }

    private object Config() => new
    {
        chainId = chain.Deployment.ChainId,
        rpcUrl = publicRpc ?? chain.Deployment.RpcUrl.ToString(),
        usdc = chain.Deployment.Usdc.ToString(),
        ticketBroker = chain.Deployment.TicketBroker.ToString(),
        streamKeys = chain.Deployment.StreamKeys.ToString(),
        relayStaking = chain.Deployment.RelayStaking.ToString(),
        epochSeconds = chain.Deployment.EpochSeconds,
        devnet = chain.Deployment.Devnet,
    };

    private async Task<IReadOnlyList<object>> StreamsAsync(CancellationToken stop)
    {
        const ulong Most = 100;
        var supply = await chain.StreamKeys.TotalSupplyAsync(stop).ConfigureAwait(false);
        var streams = new List<object>();
        for (var number = supply; number > 0 && supply - number < Most; number--)
        {
            streams.Add(await StreamAsync(new StreamId(number), stop).ConfigureAwait(false));
        }

        return streams;
    }

    private async Task<object> StreamAsync(StreamId stream, CancellationToken stop)
    {
        if (!_infos.TryGetValue(stream, out var info))
        {
            info = _infos[stream] = await chain.StreamKeys.InfoAsync(stream, stop).ConfigureAwait(false);
        }

        var tracks = mesh.Records.SelectMany(record => record.Tracks).Where(track => track.Track.Stream == stream).Select(track => track.Track.Track).Distinct().Order().ToArray();
        return new { id = stream.ToString(), title = info.Title, category = info.Category, live = tracks.Length > 0, tracks };
    }

    private object Relays(StreamId stream)
    {
        var records = mesh.Records.Where(record => record.Tracks.Any(track => track.Track.Stream == stream)).Select(record =>
        {
            var body = new ArrayBufferWriter<byte>();
            record.Write(new BodyWriter(body));
            return Hex.Encode(body.WrittenSpan);
        });
        return new { records };
    }

    private async Task<object> PurseAsync(string key, CancellationToken stop)
    {
        var purse = await chain.Broker.PurseAsync(Inputs.Account(key), stop).ConfigureAwait(false);
        return new { owner = purse.Owner.ToString(), balance = purse.Balance.ToString(CultureInfo.InvariantCulture), exiting = purse.Exiting.ToString(CultureInfo.InvariantCulture), exitAt = purse.ExitAt };
    }

    private sealed record FaucetRequest(string Address, string Amount);
}
