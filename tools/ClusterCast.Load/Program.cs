using System.Text.Json;
using ClusterCast.Load;
using ClusterCast.Load.Peers;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
try
{
    var options = new Options([.. args.Skip(1)]);
    object result = (args.Length > 0 ? args[0] : "") switch
    {
        "fan" => await new Fan(options, stop.Token).RunAsync(),
        "failover" => await Failover.RunAsync(options, stop.Token),
        "idle" => await new Idle(options, stop.Token).RunAsync(),
        "peer" => await PeerLoad.RunAsync(options, stop.Token),
        _ => throw new ArgumentException("Name what to do: fan, idle, failover or peer."),
    };
    Console.WriteLine(JsonSerializer.Serialize(result));
    return 0;
}
catch (Exception e) when (e is ArgumentException or IOException or ClusterCast.Mesh.MeshException or ClusterCast.Chain.ChainException or TimeoutException)
{
    Console.Error.WriteLine($"load: {e.Message}");
    return 1;
}
