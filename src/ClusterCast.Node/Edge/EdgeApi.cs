using System.Text.Json;
using ClusterCast.Node.Configuration;
using ClusterCast.Node.Hosting;
using ClusterCast.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClusterCast.Node.Edge;

/// <summary>The edge's HTTP interface: its status for everybody, its streams and destinations for programs of this machine.</summary>
internal sealed class EdgeApi(EdgeDesk desk, Purse purse, Settings settings, TimeProvider time)
{
    /// <summary>A stream to take. The body of <c>POST /api/streams</c>.</summary>
    /// <param name="Stream">Its token id.</param>
    /// <param name="Track">The track; 0 for the highest.</param>
    /// <param name="Destinations">Where it goes; more can be added.</param>
    public sealed record NewStream(string Stream, ushort Track = 0, IReadOnlyList<NewDestination>? Destinations = null);

    /// <summary>A destination to add. The body of <c>POST /api/streams/ID/destinations</c>.</summary>
    /// <param name="To">As after <c>--to</c>: a URL, <c>@FILE</c>, <c>env:NAME</c> or a name of the configuration.</param>
    /// <param name="Profile">As after <c>--profile</c>.</param>
    public sealed record NewDestination(string To, string? Profile = null);

    /// <summary>Adds the routes.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/api/status", () => Results.Json(EdgeStatus.Read(desk, purse)));
        var local = app.MapGroup("/api/streams").AddEndpointFilter(async (context, next) =>
            Local.Allows(context.HttpContext) ? await GuardAsync(next, context).ConfigureAwait(false) : Results.StatusCode(StatusCodes.Status403Forbidden));
        local.MapGet("", () => Results.Json(desk.Streams.Select(stream => EdgeStatus.Read(stream, time))));
        local.MapGet("/{id}", (string id) => Results.Json(EdgeStatus.Read(Find(id), time)));
        local.MapPost("", async (HttpContext http) =>
        {
            var body = await ReadAsync<NewStream>(http).ConfigureAwait(false);
            var targets = new List<TargetPlan>();
            foreach (var destination in body.Destinations ?? [])
            {
                targets.Add(Target(destination, [.. targets.Select(target => target.Name)]));
            }

            var stream = Inputs.Stream(body.Stream);
            await desk.AddAsync(new StreamPlan(stream, body.Track, targets)).ConfigureAwait(false);
            return Results.Json(EdgeStatus.Read(desk.Find(stream), time), statusCode: StatusCodes.Status201Created);
        });
        local.MapDelete("/{id}", async (string id) =>
        {
            await desk.RemoveAsync(Inputs.Stream(id)).ConfigureAwait(false);
            return Results.NoContent();
        });
        local.MapPost("/{id}/destinations", async (HttpContext http, string id) =>
        {
            var stream = Find(id);
            var target = Target(await ReadAsync<NewDestination>(http).ConfigureAwait(false), [.. stream.Targets.Select(other => other.Plan.Name)]);
            stream.Add(target);
            return Results.Json(new { name = target.Name }, statusCode: StatusCodes.Status201Created);
        });
        local.MapDelete("/{id}/destinations/{name}", async (string id, string name) =>
        {
            await Find(id).RemoveAsync(name).ConfigureAwait(false);
            return Results.NoContent();
        });
        local.MapPost("/{id}/destinations/{name}/restart", (string id, string name) =>
        {
            Find(id).Restart(name);
            return Results.NoContent();
        });
    }

    private EdgeStream Find(string id) => desk.Find(Inputs.Stream(id));

    private TargetPlan Target(NewDestination destination, IReadOnlyCollection<string> taken) =>
        EdgePlans.Target(settings, destination.To, destination.Profile, taken) with { IsKeyShown = false };

    private static async Task<T> ReadAsync<T>(HttpContext http)
        where T : class
    {
        try
        {
            return (http.Request.HasJsonContentType() ? await http.Request.ReadFromJsonAsync<T>(http.RequestAborted).ConfigureAwait(false) : null)
                ?? throw new NodeException("Send a JSON object with Content-Type: application/json.", ExitCode.Usage);
        }
        catch (JsonException e)
        {
            throw new NodeException($"The JSON of the request cannot be read ({e.Path ?? "it is cut off"}).", ExitCode.Usage);
        }
    }

    private static async ValueTask<object?> GuardAsync(EndpointFilterDelegate next, EndpointFilterInvocationContext context)
    {
        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (NodeException e)
        {
            var status = e.ExitCode == ExitCode.Usage ? StatusCodes.Status400BadRequest : StatusCodes.Status503ServiceUnavailable;
            return Results.Json(new { error = e.Message }, statusCode: status);
        }
    }
}
