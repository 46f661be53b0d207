using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace ClusterCast.Mesh.Tests;

public sealed class MetricsTests
{
    [Fact]
    public void Every_instrument_is_described()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == MeshMetrics.MeterName)
                {
                    lock (found)
                    {
                        found.Add(instrument.GetType().Name.StartsWith("ObservableCounter", StringComparison.Ordinal) ? instrument.Name + "_total" : instrument.Name);
                    }
                }
            },
        };
        listener.Start();
        using var metrics = new MeshMetrics(() => default);
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "metrics.md"));
        var described = Regex.Matches(page, "`(clustercast_mesh_[a-z_]+)`").Select(match => match.Groups[1].Value);
        string[] names;
        lock (found)
        {
            names = [.. found];
        }

        Assert.NotEmpty(names);
        Assert.Empty(names.Except(described));
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ClusterCast.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder.FullName;
    }
}
