using System.Text.Json.Nodes;
using System.Threading.Channels;
using ClusterCast.Node.Bench.Hops;
using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Bench;

/// <summary>The measured chain on loopback, with one relay and a short source.</summary>
public sealed class HopCommandTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_place_dates_the_parts_that_come_by()
    {
        using var stop = new CancellationTokenSource();
        var relay = new Lines();
        var viewer = new Lines();
        var carrying = Run(relay, stop.Token, ("bench:place", "relay"), ("bench:number", "2"), ("bench:listen", "127.0.0.1:0"), ("bench:report", _folder.File("relay.json")));
        var at = ReadyLine.Parse(await relay.Next().WaitAsync(Bound))!["listen"];
        (string, string)[] dial = [("bench:dial", at), ("bench:dialNumber", "2")];
        var watching = Run(viewer, stop.Token, [("bench:place", "viewer"), ("bench:number", "3"), ("bench:report", _folder.File("viewer.json")), .. dial]);
        await Run(
            new Lines(), stop.Token, [("bench:place", "source"), ("bench:number", "1"), ("bench:seconds", "2"), ("bench:kilobits", "500"), ("bench:report", _folder.File("source.json")), .. dial])
            .WaitAsync(Bound);
        await viewer.Next().WaitAsync(Bound);
        Assert.Equal("track", ReadyLine.Parse(await viewer.Next().WaitAsync(Bound))!["ready"]);
        await stop.CancelAsync();
        await Task.WhenAll(carrying, watching).WaitAsync(Bound);

        var sent = Parts("source.json");
        var carried = Parts("relay.json");
        var seen = Parts("viewer.json");
        Assert.NotEmpty(seen);
        Assert.All(seen, part => Assert.InRange(carried[part.Key], sent[part.Key], part.Value));
    }

    [Theory]
    [InlineData("--place", "bench:number", "1")]
    [InlineData("none of source, relay, viewer", "bench:place", "edge", "bench:number", "1", "bench:report", "x")]
    [InlineData("none of auto, on, off", "bench:place", "viewer", "bench:number", "1", "bench:protection", "much", "bench:report", "x")]
    [InlineData("--report", "bench:place", "viewer", "bench:number", "1")]
    public async Task Bad_settings_are_told(string sentence, params string[] settings)
    {
        var flags = settings.Chunk(2).Select(pair => (pair[0], pair[1])).ToArray();
        var refusal = await Assert.ThrowsAsync<NodeException>(() => Run(new Lines(), CancellationToken.None, flags));
        Assert.Contains(sentence, refusal.Message);
    }

    private Dictionary<(uint, int), long> Parts(string report) => JsonNode.Parse(File.ReadAllText(_folder.File(report)))!["parts"]!.AsArray()
        .ToDictionary(part => ((uint)part!["window"]!, (int)part["part"]!), part => (long)part!["micros"]!);

    private static Task<ExitCode> Run(Lines output, CancellationToken stop, params (string Key, string Value)[] flags) => HopCommand.RunAsync(Given.Context(Given.Settings(flags), output), stop);

    /// <summary>What a place writes, line by line.</summary>
    private sealed class Lines : StringWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public override void WriteLine(string? value) => _lines.Writer.TryWrite(value!);

        public Task<string> Next() => _lines.Reader.ReadAsync().AsTask();
    }
}
