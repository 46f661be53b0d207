using System.Net;
using ClusterCast.Mesh.Transports;
using ClusterCast.Mesh.Transports.Quic;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Punching;

/// <summary>
/// The side that is dialed: it opens its own NAT by four small datagrams to where the coordinator sees the dialer. One attempt at a time, six a minute a
/// coordinator, and none to a private address that a public coordinator names, so that nobody is made to send into foreign networks.
/// </summary>
internal sealed class PunchTarget(QuicPort quic, TimeProvider time, CancellationToken stop)
{
    private static readonly TimeSpan[] Gaps = [TimeSpan.Zero, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(140), TimeSpan.FromMilliseconds(300)];

    private readonly AttemptLimit _limit = new(time);
    private int _busy;

    /// <summary>A coordinator offers a dialer. What is not acceptable is ignored.</summary>
    public void OnOffer(PeerConnection coordinator, in PunchOffer offer)
    {
        var dialer = offer.Seen.ToEndPoint();
        if (!PunchCoordinator.IsObserved(coordinator) || quic.Endpoint is not { } endpoint || !IsAcceptable(dialer, coordinator.Seen!)
            || !_limit.TryTake(coordinator.Node!.Value) || Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return;
        }

        _ = OpenAsync(endpoint, dialer, offer.Token, TimeSpan.FromMicroseconds(Math.Min(offer.StartMicros, 1_000_000)));
    }

    private static bool IsAcceptable(IPEndPoint dialer, IPEndPoint coordinator) =>
        dialer.Port != 0 && (NetAddresses.IsPublic(dialer.Address) || !NetAddresses.IsPublic(coordinator.Address));

    private async Task OpenAsync(QuicEndpoint endpoint, IPEndPoint dialer, ulong token, TimeSpan start)
    {
        try
        {
            await Task.Delay(start, time, stop);
            var packet = PunchPacket.Create(token);
            foreach (var gap in Gaps)
            {
                await Task.Delay(gap, time, stop);
                endpoint.TrySendRaw(dialer, packet);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }
}
