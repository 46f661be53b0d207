using ClusterCast.Mesh.Transports.WebTransport;
using ClusterCast.Mesh.Transports.WebTransport.Http3;
using ClusterCast.Mesh.Transports.WebTransport.Qpack;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

/// <summary>A page's end of a connection to a <see cref="WebTransportServer"/>.</summary>
internal sealed class Page : IAsyncDisposable
{
    private readonly TaskCompletionSource<WebTransportTransport> _transport = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Page(TimeProvider? time = null) =>
        _running = new WebTransportServer(Link, time ?? TimeProvider.System, NullLogger.Instance, transport => _transport.TrySetResult(transport)).RunAsync(_stop.Token);

    public MemoryLink Link { get; } = new();

    /// <summary>What the server made of the session's stream.</summary>
    public Task<WebTransportTransport> Transport => _transport.Task.WaitAsync(MeshWorld.Bound);

    public bool HasTransport => _transport.Task.IsCompleted;

    public static (string Name, string Value)[] Connect(string path = "/clustercast", string? protocol = "webtransport") =>
        [(":method", "CONNECT"), (":protocol", protocol!), (":scheme", "https"), (":authority", "127.0.0.1:4433"), (":path", path), ("origin", "http://127.0.0.1")];

    public static byte[] Headers(params (string Name, string Value)[] fields)
    {
        var section = new FieldSectionWriter();
        foreach (var (name, value) in fields)
        {
            section.Add(name, value);
        }

        return Frame(0x01, section.Bytes);
    }

    public static byte[] Frame(ulong type, byte[] payload) => [.. Varint(type), .. Varint((ulong)payload.Length), .. payload];

    public static byte[] Varint(ulong value)
    {
        var bytes = new byte[QuicVarint.MaxSize];
        return bytes[..QuicVarint.Write(bytes, value)];
    }

    /// <summary>Opens a session and its stream.</summary>
    public async Task<(MemoryLane Connect, MemoryLane Stream)> Open()
    {
        var connect = Link.Open(true, Headers(Connect()));
        Assert.Equal(new byte[] { 1, 3, 0, 0, 0xd9 }, await connect.Read(5));
        return (connect, Link.Open(true, [.. Varint(0x41), .. Varint((ulong)connect.Id)]));
    }

    /// <summary>Sends a request and reads the answer: status, fields and text.</summary>
    public async Task<(int Status, IReadOnlyList<Field> Fields, string Text)> Ask(byte[] request)
    {
        var answer = await Link.Open(true, request).ReadToEnd();
        Assert.Equal(0x01, answer[0]);
        var at = 1 + QuicVarint.Read(answer.AsSpan(1), out var length);
        var fields = FieldSectionReader.Read(answer.AsSpan(at, (int)length), Http3Settings.MaxFieldSection)!;
        var text = "";
        if (at + (int)length is var end && end < answer.Length)
        {
            Assert.Equal(0x00, answer[end]);
            end += 1 + QuicVarint.Read(answer.AsSpan(end + 1), out var body);
            text = System.Text.Encoding.ASCII.GetString(answer, end, (int)body);
            Assert.Equal(answer.Length, end + (int)body);
        }

        return (int.Parse(fields[0].Value), fields, text);
    }

    public async ValueTask DisposeAsync()
    {
        Link.Lose();
        await _stop.CancelAsync();
        await _running.WaitAsync(MeshWorld.Bound);
        _stop.Dispose();
    }
}
