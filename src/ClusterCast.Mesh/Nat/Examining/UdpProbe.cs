using System.Net;
using ClusterCast.Mesh.Discovery;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Examining;

/// <summary>Dials relays by QUIC from one socket and compares where they see it.</summary>
internal static class UdpProbe
{
    private const int MostDials = 4;
    private const int Tries = 2;

    /// <summary>Whether UDP gets through, and where the relays see this node's socket.</summary>
    public static async Task<(UdpReach Reach, IReadOnlyList<IPEndPoint> Seen)> RunAsync(ExaminingFloor floor, IReadOnlyList<RelayAnswer> answers, CancellationToken cancel)
    {
        // Those that answered before: a relay that is down says nothing of UDP.
        var addresses = answers
            .Where(answer => answer is { Failure: null, Node: not null })
            .Select(answer => floor.Book.Find(answer.Node!.Value))
            .OfType<RelayRecord>()
            .Select(record => DialAddress.TryChoose(record, EndpointKind.Quic, out var chosen) ? chosen : default)
            .Where(address => address.Kind == EndpointKind.Quic)
            .Take(MostDials)
            .ToList();
        var seen = await Task.WhenAll(addresses.Select(address => SeenAsync(floor, address, cancel)));
        return addresses.Count == 0 ? (UdpReach.Unknown, []) : (seen.Any(endPoint => endPoint is not null) ? UdpReach.Open : UdpReach.Blocked, [.. seen.OfType<IPEndPoint>()]);
    }

    /// <summary>What the NAT is, from where different relays see one socket.</summary>
    public static NatKind Kind(IReadOnlyList<IPEndPoint> seen, IReadOnlySet<IPAddress> own) =>
        seen.Count == 0 ? NatKind.Unknown
        : seen.All(endPoint => own.Contains(endPoint.Address)) ? NatKind.None
        : seen.Count == 1 ? NatKind.Unknown
        : seen.Distinct().Count() == 1 ? NatKind.Cone
        : NatKind.Symmetric;

    private static async Task<IPEndPoint?> SeenAsync(ExaminingFloor floor, DialAddress address, CancellationToken cancel)
    {
        for (var i = 0; i < Tries; i++)
        {
            try
            {
                await using var contact = await floor.OpenAsync(address with { Fallback = null }, null, cancel);
                return await contact.SeenAsync(cancel);
            }
            catch (MeshException)
            {
                // Blocked, or lost on a bad line: once more tells.
            }
        }

        return null;
    }
}
