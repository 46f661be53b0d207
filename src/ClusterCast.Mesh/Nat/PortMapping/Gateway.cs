using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Nat.PortMapping;

/// <summary>Asks a router by small datagrams (RFC 6886 §3.1): an unanswered one is sent again after 250 and 750 ms and given up after 1.75 s.</summary>
internal sealed class Gateway(IPEndPoint router, TimeProvider time)
{
    /// <summary>Port of NAT-PMP and PCP.</summary>
    public const int Port = 5351;

    private const int Tries = 3;
    private const int AnswerBytes = 1_100;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The router.</summary>
    public IPEndPoint Router { get; } = router;

    /// <summary>The default gateway; null when there is none.</summary>
    public static IPAddress? Default() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(network => network.GetIPProperties().GatewayAddresses)
        .Select(gateway => gateway.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !address.Equals(IPAddress.Any));

    /// <summary>The answer that <paramref name="isAnswer"/> takes; null when none comes. What the router did not send is not looked at.</summary>
    public async Task<byte[]?> AskAsync(Func<IPAddress, byte[]> question, Func<byte[], bool> isAnswer, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var buffer = new byte[AnswerBytes];
        try
        {
            // Connected: the kernel drops what comes from elsewhere, and reports a port that is closed.
            await socket.ConnectAsync(Router, cancel);
            var bytes = question(((IPEndPoint)socket.LocalEndPoint!).Address);
            var wait = FirstWait;
            for (var i = 0; i < Tries; i++, wait *= 2)
            {
                await socket.SendAsync(bytes, cancel);
                using var bound = new CancellationTokenSource(wait, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
                try
                {
                    while (true)
                    {
                        var answer = buffer[..await socket.ReceiveAsync(buffer, either.Token)];
                        if (isAnswer(answer))
                        {
                            return answer;
                        }
                    }
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    // Once more.
                }
            }
        }
        catch (SocketException)
        {
            // Nobody listens there.
        }

        return null;
    }
}
