using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ClusterCast.Node.Observability;

/// <summary>
/// Collects the instruments of all meters named <c>ClusterCast.*</c> and writes them in Prometheus' text format 0.0.4.
/// Counters and up-down counters are summed, gauges keep their last value, histograms give the buckets that their instrument advises, count and sum.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>Content type of <see cref="Render"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Cell> _cells = new();

    /// <summary>Starts to listen.</summary>
    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("ClusterCast.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
        _ = ProcessMetrics.AllocatedBytes;
    }

    /// <summary>The current values.</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();

        // A process may hold several nodes, each with instruments of its own: to a scraper they are one.
        foreach (var group in _cells.GroupBy(cell => Name(cell.Key.Instrument)).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var name = group.Key;
            var instrument = group.First().Key.Instrument;
            var kind = Kind(instrument);
            if (instrument.Description is { } help)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {kind}\n");
            foreach (var series in group.GroupBy(cell => cell.Key.Labels))
            {
                Cell.Sum(series.Select(cell => cell.Value)).Write(text, name, series.Key, kind);
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    private static string Name(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        return Kind(instrument) == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var parts = new List<string>(tags.Length);
        foreach (var (key, value) in tags)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            parts.Add($"{key}=\"{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"");
        }

        return "{" + string.Join(',', parts) + "}";
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var cell = _cells.GetOrAdd((instrument, Labels(tags)), static key => new Cell(Bounds(key.Instrument)));
        var adds = instrument is Counter<long> or Counter<int> or Counter<double> or UpDownCounter<long> or UpDownCounter<int> or UpDownCounter<double>;
        cell.Record(value, adds);
    }

    private static double[] Bounds(Instrument instrument) => instrument switch
    {
        Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Instrument<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        _ => [],
    };

    private sealed class Cell(double[] bounds)
    {
        private double[] Bounds => bounds;

        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[bounds.Length];
        private double _value;
        private double _sum;
        private long _count;

        public static Cell Sum(IEnumerable<Cell> cells)
        {
            var all = cells.ToList();
            if (all.Count == 1)
            {
                return all[0];
            }

            var sum = new Cell(all[0].Bounds);
            foreach (var cell in all)
            {
                lock (cell._lock)
                {
                    sum._value += cell._value;
                    sum._sum += cell._sum;
                    sum._count += cell._count;
                    for (var i = 0; i < Math.Min(sum._buckets.Length, cell._buckets.Length); i++)
                    {
                        sum._buckets[i] += cell._buckets[i];
                    }
                }
            }

            return sum;
        }

        public void Record(double value, bool adds)
        {
            lock (_lock)
            {
                _value = adds ? _value + value : value;
                _sum += value;
                _count++;
                var bucket = Bucket(value);
                if (bucket < _buckets.Length)
                {
                    _buckets[bucket]++;
                }
            }
        }

        // The first bound that the value does not pass.
        private int Bucket(double value)
        {
            var bucket = Array.BinarySearch(bounds, value);
            return bucket >= 0 ? bucket : ~bucket;
        }

        public void Write(StringBuilder text, string name, string labels, string kind)
        {
            lock (_lock)
            {
                if (kind == "histogram")
                {
                    var inside = labels.Length > 0 ? labels[1..^1] + "," : "";
                    long below = 0;
                    for (var i = 0; i < bounds.Length; i++)
                    {
                        below += _buckets[i];
                        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{inside}le=\"{bounds[i]}\"}} {below}\n");
                    }

                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{inside}le=\"+Inf\"}} {_count}\n");
                    text.Append(CultureInfo.InvariantCulture, $"{name}_sum{labels} {_sum}\n{name}_count{labels} {_count}\n");
                    return;
                }

                text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {_value}\n");
            }
        }
    }
}
