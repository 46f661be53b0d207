using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Discovery.Lan;

/// <summary>The sockets of the multicast groups: one for each address sends, one for each group receives.</summary>
internal sealed class LanSockets : IAsyncDisposable
{
    // One more than a beacon has, so that a longer datagram is told from one.
    private const int ReceiveBytes = Protocol.Wire.LanBeacon.Size + 1;

    private readonly List<(Socket Socket, IPEndPoint Group)> _senders = [];
    private readonly List<Socket> _receivers = [];
    private readonly List<Task> _loops = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _log;

    /// <summary>Opens the sockets. An address that cannot be used is logged and left out.</summary>
    public LanSockets(LanOptions options, Action<IPEndPoint, ReadOnlyMemory<byte>> received, ILogger log)
    {
        _log = log;
        foreach (var family in options.Addresses.GroupBy(address => address.AddressFamily))
        {
            var isV6 = family.Key == AddressFamily.InterNetworkV6;
            var receiver = Open(family.Key, new IPEndPoint(isV6 ? IPAddress.IPv6Any : IPAddress.Any, options.Port));
            if (receiver is null)
            {
                continue;
            }

            _receivers.Add(receiver);
            foreach (var address in family)
            {
                Join(receiver, address, options.Port, isV6);
            }

            _loops.Add(ReceiveAsync(receiver, received));
        }
    }

    /// <summary>Whether any address can be used.</summary>
    public bool IsOpen => _senders.Count > 0;

    /// <summary>Sends to the groups on every address. What cannot leave is lost, as on any LAN.</summary>
    public void Send(byte[] datagram)
    {
        foreach (var (socket, group) in _senders)
        {
            try
            {
                socket.SendTo(datagram, group);
            }
            catch (SocketException e)
            {
                _log.LogDebug("A beacon could not leave by {Address}: {Cause}", socket.LocalEndPoint, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        foreach (var socket in _receivers.Concat(_senders.Select(sender => sender.Socket)))
        {
            socket.Dispose();
        }

        _stop.Dispose();
    }

    private Socket? Open(AddressFamily family, IPEndPoint at)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Several nodes of one machine hear the group.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(at);
            return socket;
        }
        catch (SocketException e)
        {
            _log.LogWarning("LAN discovery cannot use {Address} ({Cause})", at, e.Message);
            socket.Dispose();
            return null;
        }
    }

    private void Join(Socket receiver, IPAddress address, int port, bool isV6)
    {
        var sender = Open(address.AddressFamily, new IPEndPoint(address, 0));
        try
        {
            if (sender is null)
            {
                return;
            }

            if (isV6)
            {
                var card = CardOf(address);
                receiver.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(LanOptions.Group6, card));
                sender.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, card);
                sender.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, 1);
            }
            else
            {
                receiver.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(LanOptions.Group4, address));
                sender.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, address.GetAddressBytes());
                sender.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 1);
            }

            _senders.Add((sender, new IPEndPoint(isV6 ? LanOptions.Group6 : LanOptions.Group4, port)));
        }
        catch (SocketException e)
        {
            _log.LogWarning("LAN discovery cannot use {Address} ({Cause})", address, e.Message);
            sender?.Dispose();
        }
    }

    private static int CardOf(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .Select(card => card.GetIPProperties())
        .FirstOrDefault(card => card.UnicastAddresses.Any(unicast => unicast.Address.Equals(address)))
        ?.GetIPv6Properties()?.Index ?? (int)address.ScopeId;

    private async Task ReceiveAsync(Socket socket, Action<IPEndPoint, ReadOnlyMemory<byte>> received)
    {
        var buffer = new byte[ReceiveBytes];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (true)
        {
            try
            {
                var result = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, _stop.Token);
                received((IPEndPoint)result.RemoteEndPoint, buffer.AsMemory(0, result.ReceivedBytes));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                _log.LogDebug("LAN discovery: {Cause}", e.Message);
            }
        }
    }
}
