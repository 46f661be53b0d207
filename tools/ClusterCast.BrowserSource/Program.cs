// A node with one synthetic track for a browser to fetch: clustercast-browser-source MBIT ADDRESS-FILE.
// Writes the WebTransport address with its certificate's hash into the file, publishes stream 1 at that rate, and ends with its standard input.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using ClusterCast.BrowserSource;
using ClusterCast.Mesh;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Windows;
using ClusterCast.Protocol.Wire;

const int PartMs = 20;
const int WindowBytes = 30_000_000;

if (args is not [var rate, var file] || !double.TryParse(rate, CultureInfo.InvariantCulture, out var megabits) || megabits is < 1 or > 1_600)
{
    Console.Error.WriteLine("usage: clustercast-browser-source MBIT ADDRESS-FILE, with 1 to 1600 Mbit/s");
    return 64;
}

var signingKey = PrivateKey.Create(SystemRandomSource.Instance);
var contract = signingKey.Address;
await using var node = new MeshNode(new MeshOptions
{
    Role = PeerRole.Relay,
    NodeKey = PrivateKey.Create(SystemRandomSource.Instance),
    Domains = Domains.Of(31_337, contract, contract, contract),
    SigningKeys = new OneKey(signingKey.Address),
    QuicListen = new IPEndPoint(IPAddress.Loopback, 0),
});
node.Start();
if (node.QuicEndpoint is not { } local)
{
    Console.Error.WriteLine("QUIC is not there: run make native");
    return 69;
}

node.SetEndpoints([new Endpoint(EndpointKind.WebTransport, $"https://{local}{MeshNode.WebSocketPath}")]);
var publisher = node.Publish(new TrackKey(new StreamId(1), 480), (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), signingKey);
publisher.SetInit([1, 2, 3, 4]);
File.WriteAllText($"{file}.new", node.OwnRecord!.Endpoints[0].Url);
File.Move($"{file}.new", file);

var part = new byte[(int)(megabits * 1e6 / 8 * PartMs / 1_000)];
SystemRandomSource.Instance.Fill(part);
var partsInWindow = Math.Clamp(WindowBytes / part.Length, 1, 2_000 / PartMs);
var ended = Task.Run(() => Console.In.ReadToEnd());
var watch = Stopwatch.StartNew();
for (long index = 0; !ended.IsCompleted; index++)
{
    publisher.AddPart(part, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), index % partsInWindow == 0);
    if ((index * PartMs) - watch.ElapsedMilliseconds is var wait and > 0)
    {
        await Task.WhenAny(ended, Task.Delay((int)wait));
    }
}

return 0;
