using System.Net;
using System.Net.Sockets;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Examining;

/// <summary>Finds out what a node's network is by asking relays.</summary>
public sealed class NetworkExaminer(MeshOptions options)
{
    private const int MostRelays = 4;

    // Linux: bits/in.h, IP_MTU.
    private const int IpLevel = 0;
    private const int IpMtu = 14;

    /// <summary>Asks up to four relays: those given first, then others that they know. Never throws for a relay that does not answer.</summary>
    /// <param name="relays">Where to begin.</param>
    /// <param name="progress">What is being done, for people.</param>
    /// <param name="cancel">Ends it early.</param>
    public async Task<NetworkReport> ExamineAsync(IReadOnlyList<BootstrapPeer> relays, Action<string> progress, CancellationToken cancel)
    {
        await using var floor = new ExaminingFloor(options);
        var answers = new List<RelayAnswer>();
        var waiting = new Queue<BootstrapPeer>(relays);
        (double? down, double? up, int? mtu) = (null, null, null);
        while (answers.Count(answer => answer.Failure is null) < MostRelays && Next(floor.Book, waiting, answers) is { } relay)
        {
            progress($"Asking {relay.Url}");
            if (!DialAddress.TryParse(relay.Url, out var address))
            {
                answers.Add(new RelayAnswer(relay.Url, relay.Node, "This is no address of a relay: tls://host:port, ws:// or wss:// is expected.", null, null, null));
                continue;
            }

            try
            {
                await using var contact = await floor.OpenAsync(address, relay.Node, cancel);
                var clock = await contact.ClockAsync(cancel);
                answers.Add(new RelayAnswer(relay.Url, contact.Node, null, clock?.RoundTrip, await contact.SeenAsync(cancel), clock?.Offset));
                if (down is null || up is null)
                {
                    progress($"Measuring the link to {relay.Url}");
                    down ??= await contact.DownlinkAsync(cancel);
                    up ??= await contact.UplinkAsync(cancel);
                    mtu ??= Mtu(contact.Remote);
                }
            }
            catch (MeshException e)
            {
                answers.Add(new RelayAnswer(relay.Url, relay.Node, e.Message, null, null, null));
            }
        }

        progress("Trying UDP");
        var (udp, seenByUdp) = await UdpProbe.RunAsync(floor, answers, cancel);
        var seen = answers.Where(answer => answer.Seen is not null).Select(answer => answer.Seen!.Address).Distinct().ToList();
        var offsets = answers.Where(answer => answer.ClockOffset is not null).Select(answer => answer.ClockOffset!.Value).Order().ToList();
        var own = OwnAddresses.All();
        return new NetworkReport(
            answers,
            seen.Count == 1 ? seen[0] : null,
            seen.Count == 0 ? null : !seen.TrueForAll(own.Contains),
            UdpProbe.Kind(seenByUdp, own),
            udp,
            down,
            up,
            offsets.Count == 0 ? null : offsets[offsets.Count / 2],
            mtu);
    }

    private static BootstrapPeer? Next(RecordBook book, Queue<BootstrapPeer> waiting, List<RelayAnswer> answers)
    {
        bool IsNew(Address? node, string url) => !answers.Exists(answer => answer.Url == url || (node is not null && answer.Node == node && answer.Failure is null));
        while (waiting.TryDequeue(out var given))
        {
            if (IsNew(given.Node, given.Url))
            {
                return given;
            }
        }

        return book.Current
            .SelectMany(record => record.Endpoints.Where(endpoint => endpoint.Kind == EndpointKind.Tls).Take(1), (record, endpoint) => new BootstrapPeer(record.Node, endpoint.Url))
            .FirstOrDefault(peer => IsNew(peer.Node, peer.Url));
    }

    private static int? Mtu(IPEndPoint? remote)
    {
        if (!OperatingSystem.IsLinux() || remote is not { } || NetAddresses.Plain(remote.Address) is not { AddressFamily: AddressFamily.InterNetwork } address)
        {
            return null;
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Span<byte> value = stackalloc byte[4];
        try
        {
            socket.Connect(address, remote.Port);
            socket.GetRawSocketOption(IpLevel, IpMtu, value);
            return BitConverter.ToInt32(value);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
