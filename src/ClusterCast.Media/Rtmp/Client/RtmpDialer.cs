using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ClusterCast.Media.Rtmp.Client;

/// <summary>Opens the byte stream to a server: TCP, and TLS over it for <c>rtmps</c>.</summary>
internal static class RtmpDialer
{
    private const int TcpLevel = 6;
    private const int NotSentLowWater = 25; // TCP_NOTSENT_LOWAT

    /// <summary>Bytes that the kernel holds unsent at most. More would hide a slow network from us, and could not be dropped any more.</summary>
    private const int UnsentBytes = 96 << 10;

    /// <summary>An address that does not answer gets so long if there is another: a host's IPv6 may lead nowhere while its IPv4 works.</summary>
    private static readonly TimeSpan AddressPatience = TimeSpan.FromSeconds(2);

    public static async Task<Stream> ConnectAsync(RtmpTarget target, RtmpClientOptions options, CancellationToken cancel)
    {
        try
        {
            var stream = new NetworkStream(await ReachAsync(target, options.TimeProvider, cancel), ownsSocket: true);
            return target.Tls ? await SecureAsync(stream, target.Host, options.TrustedRoots, cancel) : stream;
        }
        catch (SocketException failure)
        {
            throw Unreachable(target, failure);
        }
    }

    private static async Task<Socket> ReachAsync(RtmpTarget target, TimeProvider time, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancel);
        for (var n = 0; ; n++)
        {
            var last = n >= addresses.Length - 1;
            using var patience = new CancellationTokenSource(last ? Timeout.InfiniteTimeSpan : AddressPatience, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
            Socket? socket = null;
            try
            {
                socket = new Socket(addresses[n].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                KeepUnsentLow(socket);
                await socket.ConnectAsync(new IPEndPoint(addresses[n], target.Port), limit.Token);
                return socket;
            }
            catch (Exception failure) when (!last && !cancel.IsCancellationRequested && failure is (SocketException or OperationCanceledException))
            {
                socket?.Dispose(); // the next address
            }
            catch
            {
                socket?.Dispose();
                throw;
            }
        }
    }

    private static void KeepUnsentLow(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return;
        var bytes = UnsentBytes;
        socket.SetRawSocketOption(TcpLevel, NotSentLowWater, MemoryMarshal.AsBytes(new Span<int>(ref bytes)));
    }

    private static async Task<Stream> SecureAsync(NetworkStream stream, string host, X509Certificate2Collection? trusted, CancellationToken cancel)
    {
        var tls = new SslStream(stream);
        var settings = new SslClientAuthenticationOptions { TargetHost = host };
        if (trusted is not null)
        {
            settings.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            settings.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }
        try
        {
            await tls.AuthenticateAsClientAsync(settings, cancel);
            return tls;
        }
        catch (AuthenticationException failure)
        {
            await tls.DisposeAsync();
            var cause = failure.Message.TrimEnd('.');
            throw new MediaException(MediaFault.TlsFailed, cause.Contains("certificate", StringComparison.OrdinalIgnoreCase)
                ? $"its certificate is not trusted ({cause}); check the host name and this machine's clock and root certificates"
                : $"no TLS comes about ({cause}); if the server takes no TLS, use rtmp://", failure);
        }
        catch (IOException failure)
        {
            await tls.DisposeAsync();
            throw new MediaException(MediaFault.TlsFailed, "it does not speak TLS; use rtmp:// or another port", failure);
        }
    }

    private static MediaException Unreachable(RtmpTarget target, SocketException failure) => new(MediaFault.ConnectFailed, failure.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"the host {target.Host} is not known; check its name and this machine's DNS",
        SocketError.ConnectionRefused => $"nothing listens at port {target.Port}; check the port, or start the server",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "there is no way to it; check this machine's network",
        SocketError.TimedOut => "it does not answer; check host, port and firewall",
        var other => $"the connection fails ({other}); check host and network",
    }, failure);
}
