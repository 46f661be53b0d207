using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace ClusterCast.Load.Peers;

/// <summary>Fetches one file over and over on one kept TLS 1.3 connection, as a player of HLS fetches segments; at an interval, or without a pause when it is 0.</summary>
internal sealed class SegmentReader(Uri url, TimeSpan interval)
{
    /// <summary>Reads until <paramref name="stop"/>. Throws <see cref="IOException"/> when the server ends it.</summary>
    public async Task RunAsync(Action<int> received, TimeSpan phase, CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(url.Host, url.Port, stop);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = url.Host,
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            stop);
        var request = Encoding.ASCII.GetBytes($"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\n\r\n");
        var buffer = new byte[64 * 1024];
        await Task.Delay(phase, stop);
        using var timer = interval > TimeSpan.Zero ? new PeriodicTimer(interval) : null;
        while (true)
        {
            await tls.WriteAsync(request, stop);
            await ReadAnswerAsync(tls, buffer, received, stop);
            if (timer is not null)
            {
                await timer.WaitForNextTickAsync(stop);
            }
        }
    }

    private async Task ReadAnswerAsync(SslStream tls, byte[] buffer, Action<int> received, CancellationToken stop)
    {
        var filled = 0;
        int end;
        while ((end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var count = await tls.ReadAsync(buffer.AsMemory(filled), stop);
            filled += count > 0 ? count : throw new IOException($"{url} closed the connection.");
        }

        var head = Encoding.ASCII.GetString(buffer, 0, end);
        const string Length = "Content-Length: ";
        var at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || at < 0)
        {
            throw new IOException($"{url} answers {head.Split('\r')[0]}.");
        }

        var left = long.Parse(head[(at + Length.Length)..].Split('\r')[0]) - (filled - end - 4);
        received(filled);
        while (left > 0)
        {
            var count = await tls.ReadAsync(buffer, stop);
            received(count > 0 ? count : throw new IOException($"{url} closed the connection."));
            left -= count;
        }
    }
}
