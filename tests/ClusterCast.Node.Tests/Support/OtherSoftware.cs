using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ClusterCast.Node.Tests.Support;

/// <summary>A node that says it is geth: hands everything else on to a real node.</summary>
internal sealed class OtherSoftware : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _node = new();

    public OtherSoftware(Uri node)
    {
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _ = Task.Run(() => ServeAsync(node));
    }

    public Uri Url { get; }

    public void Dispose()
    {
        _listener.Close();
        _node.Dispose();
    }

    private async Task ServeAsync(Uri node)
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream);
            var request = await reader.ReadToEndAsync();
            var json = JsonNode.Parse(request)!;
            var answer = (string)json["method"]! == "web3_clientVersion"
                ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = json["id"]!.DeepClone(), ["result"] = "Geth/v1.16.0" }.ToJsonString()
                : await (await _node.PostAsync(node, new StringContent(request, Encoding.UTF8, "application/json"))).Content.ReadAsStringAsync();
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            context.Response.Close();
        }
    }
}
