using System.Net;
using ClusterCast.Node.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Hosting;

/// <summary>The HTTP side of a role: <c>/metrics</c>, <c>/health</c> and what the role adds.</summary>
public sealed class WebHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PrometheusExporter _metrics;

    private WebHost(WebApplication app, PrometheusExporter metrics)
    {
        _app = app;
        _metrics = metrics;
    }

    /// <summary>Address that it serves, without a slash at the end.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Starts serving.</summary>
    /// <param name="context">Of the role.</param>
    /// <param name="role">Its name, for <c>/health</c>.</param>
    /// <param name="listen"><c>address:port</c>; port 0 takes a free one.</param>
    /// <param name="health">Null when the role is well, else one sentence.</param>
    /// <param name="map">Adds the role's own routes.</param>
    /// <exception cref="NodeException">The port is in use or the address is not one of this machine's.</exception>
    public static async Task<WebHost> StartAsync(RoleContext context, string role, string listen, Func<string?> health, Action<WebApplication>? map = null)
    {
        var endPoint = Endpoints.Parse(listen);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(context.Logs);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Whoever drips a request holds a connection for no longer than in a handshake of the mesh.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            kestrel.Listen(endPoint, options => options.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var metrics = new PrometheusExporter();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.MapGet("/metrics", () => Results.Text(metrics.Render(), PrometheusExporter.ContentType));
        app.MapGet("/health", () => health() is { } problem
            ? Results.Json(new { role, status = "unhealthy", problem }, statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Json(new { role, status = "ok" }));
        map?.Invoke(app);
        var host = new WebHost(app, metrics);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw new NodeException($"Port {endPoint.Port} of {endPoint.Address} is in use. Stop the program that uses it or choose another port (0 takes a free one).");
        }
        catch (System.Net.Sockets.SocketException e)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw new NodeException($"Cannot listen on {listen}: {e.Message}. Choose an address of this machine.");
        }

        host.Url = new Uri(app.Urls.First());
        return host;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }
}
