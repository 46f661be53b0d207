using System.Diagnostics.Metrics;

namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>A socket's own counters as instruments: what it carries, and an honest count for each thing that it refuses.</summary>
internal static class QuicMetrics
{
    /// <summary>Adds the instruments to a meter.</summary>
    public static void AddTo(Meter meter, Func<QuicEndpointStatistics> read)
    {
        Add("packets_sent", "UDP packets sent.", s => s.SentPackets);
        Add("packets_received", "UDP packets received.", s => s.ReceivedPackets);
        Add("bytes_sent", "UDP payload bytes sent.", s => s.SentBytes);
        Add("bytes_received", "UDP payload bytes received.", s => s.ReceivedBytes);
        Add("handshakes_failed", "Handshakes that failed.", s => s.HandshakesFailed);
        Add("bad_packets", "Packets that are no QUIC.", s => s.BadPackets);
        Add("stray_packets", "Packets of no connection.", s => s.StrayPackets);
        Add("retries_sent", "First packets that were asked to prove their address.", s => s.RetriesSent);
        Add("bad_tokens", "Proofs of address that were none.", s => s.BadTokens);
        Add("floods_dropped", "First packets beyond a limit.", s => s.FloodsDropped);
        Add("migrations", "Connections that went on from another address.", s => s.Migrations);

        void Add(string name, string description, Func<QuicEndpointStatistics, ulong> pick) =>
            meter.CreateObservableCounter($"clustercast_mesh_quic_{name}", () => (long)pick(read()), description: description);
    }
}
