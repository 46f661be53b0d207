using System.Diagnostics.Metrics;

namespace ClusterCast.Node.Edge;

/// <summary>What an edge counts, as the meter <c>ClusterCast.Edge</c>.</summary>
internal sealed class EdgeMetrics : IDisposable
{
    private readonly Meter _meter = new("ClusterCast.Edge");
    private readonly Counter<long> _incidents;

    /// <summary>Instruments over the streams that <paramref name="streams"/> gives.</summary>
    public EdgeMetrics(Func<IReadOnlyList<EdgeStream>> streams, Func<double> busyCores)
    {
        _incidents = _meter.CreateCounter<long>("clustercast_edge_incidents", description: "Incidents of destinations and encoders.");
        _meter.CreateObservableGauge("clustercast_edge_streams", () => streams().Count, description: "Streams that are taken.");
        _meter.CreateObservableGauge("clustercast_edge_busy_cores", busyCores, description: "Cores of this machine that are busy, by all programs.");
        _meter.CreateObservableGauge(
            "clustercast_edge_destinations", () => Each(streams, target => target.State.ToString().ToLowerInvariant()).CountBy(state => state)
                .Select(count => new Measurement<int>(count.Value, new KeyValuePair<string, object?>("state", count.Key))), description: "Destinations, by what they are doing.");
        _meter.CreateObservableCounter("clustercast_edge_frames_sent", () => Targets(streams, status => status.SentFrames), description: "Pictures sent to a destination.");
        _meter.CreateObservableCounter("clustercast_edge_bytes_sent", () => Targets(streams, status => status.SentBytes), description: "Bytes sent to a destination.");
        _meter.CreateObservableCounter("clustercast_edge_frames_dropped", () => Targets(streams, status => status.DroppedFrames), description: "Pictures dropped by a destination's full queue.");
        _meter.CreateObservableCounter("clustercast_edge_frames_encoded", () => Outputs(streams, figures => figures.FramesOut), description: "Pictures encoded.");
        _meter.CreateObservableCounter("clustercast_edge_frames_skipped", () => Outputs(streams, figures => figures.FramesDropped), description: "Pictures that were not encoded.");
        _meter.CreateObservableCounter("clustercast_edge_encoder_restarts", () => Outputs(streams, figures => figures.Restarts), description: "How often FFmpeg was started again.");
        _meter.CreateObservableGauge("clustercast_edge_encoder_delay_ms", () => Outputs(streams, figures => figures.DelayMs), description: "Mean time of the last pictures through an encoder.");
    }

    /// <summary>Counts an incident.</summary>
    public void Incident(string stream, string name, string kind) => _incidents.Add(
        1, new KeyValuePair<string, object?>("stream", stream), new KeyValuePair<string, object?>("name", name), new KeyValuePair<string, object?>("kind", kind.ToLowerInvariant()));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<T> Each<T>(Func<IReadOnlyList<EdgeStream>> streams, Func<Media.Egress.Destination, T> value) =>
        streams().SelectMany(stream => stream.Targets).Select(target => value(target.Destination));

    private static IEnumerable<Measurement<long>> Targets(Func<IReadOnlyList<EdgeStream>> streams, Func<Media.Egress.DestinationStatus, long> value) =>
        from stream in streams()
        from target in stream.Targets
        select new Measurement<long>(
            value(target.Destination.Status()), new("stream", stream.Plan.Stream.ToString()), new KeyValuePair<string, object?>("destination", target.Plan.Name));

    private static IEnumerable<Measurement<T>> Outputs<T>(Func<IReadOnlyList<EdgeStream>> streams, Func<Media.Encoding.TranscoderStatistics, T> value)
        where T : struct =>
        from stream in streams()
        from output in stream.Outputs
        let figures = output.Statistics
        where figures is not null
        select new Measurement<T>(value(figures), new("stream", stream.Plan.Stream.ToString()), new KeyValuePair<string, object?>("profile", output.Profile.Name));
}
