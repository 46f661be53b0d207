using System.Diagnostics.Metrics;
using ClusterCast.Node.Observability;
using ClusterCast.Node.Tests.Support;

namespace ClusterCast.Node.Tests.Observability;

/// <summary>Instruments have names of their own in each test: meters are known to the whole process.</summary>
public sealed class PrometheusExporterTests : IDisposable
{
    private readonly PrometheusExporter _exporter = new();
    private readonly Meter _meter = new("ClusterCast.PrometheusExporterTests");

    public void Dispose()
    {
        _meter.Dispose();
        _exporter.Dispose();
    }

    [Fact]
    public void A_counter_is_summed_and_named_total()
    {
        var counter = _meter.CreateCounter<long>("exporter.counter-sum", description: "Things counted");
        counter.Add(2);
        counter.Add(40);

        var text = Render();

        Assert.Equal(42, text.Single("exporter_counter_sum_total").Value);
        Assert.Equal("counter", text.Kind["exporter_counter_sum_total"]);
        Assert.Equal(" Things counted", text.Help["exporter_counter_sum_total"]);
    }

    [Fact]
    public void A_counter_that_is_named_total_already_is_not_named_so_twice()
    {
        _meter.CreateCounter<int>("exporter_named_total").Add(1);

        Assert.Equal(1, Render().Single("exporter_named_total").Value);
    }

    [Fact]
    public void An_up_down_counter_is_a_gauge_of_the_sum()
    {
        var open = _meter.CreateUpDownCounter<int>("exporter_open");
        open.Add(3);
        open.Add(-1);

        var text = Render();

        Assert.Equal(2, text.Single("exporter_open").Value);
        Assert.Equal("gauge", text.Kind["exporter_open"]);
    }

    [Fact]
    public void A_gauge_keeps_its_last_value()
    {
        var gauge = _meter.CreateGauge<double>("exporter_gauge");
        gauge.Record(7);
        gauge.Record(0.25);

        Assert.Equal(0.25, Render().Single("exporter_gauge").Value);
    }

    [Fact]
    public void Observed_instruments_are_asked_at_every_rendering()
    {
        long value = 1;
        _meter.CreateObservableCounter("exporter_observed", () => value);
        _meter.CreateObservableGauge("exporter_level", () => -value);
        Assert.Equal(1, Render().Single("exporter_observed_total").Value);

        value = 5;

        var text = Render();
        Assert.Equal(5, text.Single("exporter_observed_total").Value);
        Assert.Equal(-5, text.Single("exporter_level").Value);
        Assert.Equal("gauge", text.Kind["exporter_level"]);
    }

    [Fact]
    public void A_histogram_has_the_buckets_that_its_instrument_advises()
    {
        var histogram = _meter.CreateHistogram("exporter_delay", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 5] });
        foreach (var value in (double[])[0.5, 2, 2.5, 9])
        {
            histogram.Record(value);
        }

        var text = Render();

        Assert.Equal("histogram", text.Kind["exporter_delay"]);
        Assert.Equal(14, text.Single("exporter_delay_sum").Value);
        Assert.Equal(4, text.Single("exporter_delay_count").Value);
        Assert.Equal([("1", 1), ("2", 2), ("5", 3), ("+Inf", 4)], text.Samples.Where(s => s.Name == "exporter_delay_bucket").Select(s => (s.Labels["le"], (int)s.Value)));
    }

    [Fact]
    public void A_histogram_without_advice_has_one_bucket_for_all()
    {
        _meter.CreateHistogram<double>("exporter_plain").Record(1.5, new KeyValuePair<string, object?>("track", "480p"));

        var bucket = Render().Single("exporter_plain_bucket");

        Assert.Equal(1, bucket.Value);
        Assert.Equal(("480p", "+Inf"), (bucket.Labels["track"], bucket.Labels["le"]));
    }

    [Fact]
    public void Instruments_of_one_name_are_one_family_and_add_up()
    {
        using var other = new Meter(_meter.Name);
        _meter.CreateCounter<long>("exporter_twice", description: "Both.").Add(2);
        other.CreateCounter<long>("exporter_twice", description: "Both.").Add(3);

        Assert.Equal(5, Render().Single("exporter_twice_total").Value);
    }

    [Fact]
    public void Labels_make_series_and_are_escaped()
    {
        var counter = _meter.CreateCounter<long>("exporter_labelled");
        counter.Add(1, new KeyValuePair<string, object?>("why", "a \"quote\", a \\ and\na line"), new("code", 7));
        counter.Add(2, new KeyValuePair<string, object?>("why", "other"), new("code", 7));
        counter.Add(3, new KeyValuePair<string, object?>("why", "other"), new("code", 7));

        var series = Render().Samples.Where(sample => sample.Name == "exporter_labelled_total").ToDictionary(sample => sample.Labels["why"]);

        Assert.Equal(2, series.Count);
        Assert.Equal(1, series["a \"quote\", a \\ and\na line"].Value);
        Assert.Equal(5, series["other"].Value);
        Assert.Equal("7", series["other"].Labels["code"]);
    }

    [Fact]
    public void Meters_of_others_are_left_out()
    {
        using var other = new Meter("System.SomebodyElse");
        other.CreateCounter<long>("exporter_foreign").Add(1);
        _meter.CreateCounter<long>("exporter_own").Add(1);

        var text = Render();

        Assert.DoesNotContain(text.Samples, sample => sample.Name.StartsWith("exporter_foreign", StringComparison.Ordinal));
        Assert.Equal(1, text.Single("exporter_own_total").Value);
    }

    private PrometheusText Render() => PrometheusText.Parse(_exporter.Render());
}
