namespace ClusterCast.Media.Egress;

/// <summary>Back-pressure of a destination, fresh at every reading: what a ladder steps down by within a second.</summary>
/// <param name="BlockedShare">Share of the last second in which a write waited for the network, 0 to 1.</param>
/// <param name="QueueAge">Age of the oldest frame that waits or is being written.</param>
/// <param name="AckLagBytes">Bytes sent and not acknowledged; null while the destination has not acknowledged any.</param>
/// <param name="Mbps">Mbit/s over the last second.</param>
public readonly record struct Congestion(double BlockedShare, TimeSpan QueueAge, long? AckLagBytes, double Mbps);
