using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace ClusterCast.Load.Peers;

/// <summary>Plays one stream of an RTMP server (Adobe's RTMP 1.0) and throws the bytes away: no picture, no parsing, as cheap as a subscriber can be.</summary>
internal sealed class RtmpPlayer(string host, int port, string application, string stream)
{
    private const int HandshakeBytes = 1_536;
    private const int ChunkSize = 4_096;

    /// <summary>Reads until <paramref name="stop"/>. Throws <see cref="IOException"/> when the server ends it.</summary>
    public async Task RunAsync(Action<int> received, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host, port, stop);
        await using var network = new NetworkStream(socket);
        var greeting = new byte[1 + HandshakeBytes];
        greeting[0] = 3;
        await network.WriteAsync(greeting, stop);
        var answer = new byte[1 + (2 * HandshakeBytes)];
        await network.ReadExactlyAsync(answer, stop);
        await network.WriteAsync(answer.AsMemory(1, HandshakeBytes), stop);
        await network.WriteAsync(Requests(), stop);
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer, stop);
            received(count > 0 ? count : throw new IOException($"rtmp://{host}:{port} closed the connection."));
        }
    }

    private byte[] Requests()
    {
        var output = new MemoryStream();
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, ChunkSize);
        Message(output, 2, 1, 0, size.ToArray());
        Message(output, 3, 20, 0, [.. Text("connect"), .. Number(1), 3, .. Property("app", application), .. Property("tcUrl", $"rtmp://{host}:{port}/{application}"), 0, 0, 9]);
        Message(output, 3, 20, 0, [.. Text("createStream"), .. Number(2), 5]);
        Message(output, 3, 20, 1, [.. Text("play"), .. Number(3), 5, .. Text(stream)]);
        return output.ToArray();
    }

    // One chunk of format 0: every message here is shorter than the chunk size, but for the first, which is shorter than the standard one.
    private static void Message(MemoryStream output, byte chunkStream, byte type, int messageStream, byte[] body)
    {
        Span<byte> header = stackalloc byte[12];
        header.Clear();
        header[0] = chunkStream;
        header[5] = (byte)(body.Length >> 8);
        header[6] = (byte)body.Length;
        header[7] = type;
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], messageStream);
        output.Write(header);
        output.Write(body);
    }

    private static byte[] Text(string text) => [2, .. Length(text), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Property(string name, string value) => [.. Length(name), .. Encoding.UTF8.GetBytes(name), .. Text(value)];

    private static byte[] Length(string text) => [(byte)(text.Length >> 8), (byte)text.Length];

    private static byte[] Number(double value)
    {
        var bytes = new byte[9];
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(1), value);
        return bytes;
    }
}
