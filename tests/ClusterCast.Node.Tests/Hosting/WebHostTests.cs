using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace ClusterCast.Node.Tests.Hosting;

[Collection("Meters of the process")]
public sealed class WebHostTests : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Metrics_are_Prometheus_text_with_the_instruments_of_the_process()
    {
        await using var web = await StartAsync(() => null);
        using var meter = new Meter("ClusterCast.WebHostTests");
        meter.CreateCounter<long>("webhosttests_pages").Add(3);

        using var answer = await _http.GetAsync($"{web.Url}metrics");

        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("version=0.0.4", answer.Content.Headers.ContentType.ToString());
        Assert.Equal(3, PrometheusText.Parse(await answer.Content.ReadAsStringAsync()).Single("webhosttests_pages_total").Value);
    }

    [Fact]
    public async Task Health_follows_the_role()
    {
        string? problem = null;
        await using var web = await StartAsync(() => problem);
        Assert.Equal((HttpStatusCode.OK, """{"role":"tester","status":"ok"}"""), await GetAsync(web, "health"));

        problem = "anvil has ended.";

        var (status, body) = await GetAsync(web, "health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("anvil has ended.", (string?)JsonNode.Parse(body)!["problem"]);
    }

    [Fact]
    public async Task A_role_adds_routes_and_the_address_shows_the_port_it_got()
    {
        await using var web = await StartAsync(() => null, app => app.MapGet("/own", () => "mine"));

        Assert.NotEqual(0, web.Url.Port);
        Assert.Equal((HttpStatusCode.OK, "mine"), await GetAsync(web, "own"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(web, "other")).Status);
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await Sentence.RefusedAsync(ExitCode.Unavailable, () => StartAsync(() => null, listen: $"127.0.0.1:{port}"), $"Port {port}", "in use", "another port");
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_sentence() =>
        await Sentence.RefusedAsync(ExitCode.Unavailable, () => StartAsync(() => null, listen: "192.0.2.1:0"), "192.0.2.1:0", "address of this machine");

    [Fact]
    public async Task The_port_is_free_after_disposing()
    {
        var first = await StartAsync(() => null);
        var port = first.Url.Port;
        await first.DisposeAsync();

        await using var second = await StartAsync(() => null, listen: $"127.0.0.1:{port}");

        Assert.Equal(port, second.Url.Port);
    }

    private static Task<WebHost> StartAsync(Func<string?> health, Action<WebApplication>? map = null, string listen = "127.0.0.1:0") =>
        WebHost.StartAsync(Given.Context(Given.Settings()), "tester", listen, health, map);

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(WebHost web, string path)
    {
        using var answer = await _http.GetAsync(new Uri(web.Url, path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
