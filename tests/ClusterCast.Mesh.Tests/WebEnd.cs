using System.Net;
using ClusterCast.Protocol.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Tests;

/// <summary>Kestrel on a free port that hands WebSockets to a node, as the roles do.</summary>
internal sealed class WebEnd : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebEnd(WebApplication app, Uri url)
    {
        _app = app;
        Url = url;
    }

    public Uri Url { get; }

    public static async Task<WebEnd> Open(MeshNode node)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.UseWebSockets();
        app.Map(MeshNode.WebSocketPath, async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(MeshNode.WebSocketProtocol);
            await node.AcceptWebSocketAsync(socket, context.Connection.RemoteIpAddress?.ToString() ?? "?");
        });
        await app.StartAsync();
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return new WebEnd(app, new Uri($"ws://127.0.0.1:{address.Port}{MeshNode.WebSocketPath}"));
    }

    public Endpoint Endpoint => new(EndpointKind.WebSocket, Url.ToString());

    public async ValueTask DisposeAsync()
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(bound.Token);
        await _app.DisposeAsync();
    }
}
