using System.Globalization;

namespace ClusterCast.Load;

/// <summary>Reads a relay's own counters from its <c>/metrics</c>.</summary>
internal sealed class StatusProbe(string? url) : IAsyncDisposable
{
    private readonly HttpClient _http = new();

    /// <summary>All values by name; empty without an address.</summary>
    public async Task<IReadOnlyDictionary<string, double>> ReadAsync(CancellationToken stop)
    {
        if (url is null)
        {
            return new Dictionary<string, double>();
        }

        var text = await _http.GetStringAsync($"{url}/metrics", stop);
        return text.Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#' && line.LastIndexOf(' ') > 0)
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>How far each counter went.</summary>
    public static IReadOnlyDictionary<string, double> Difference(IReadOnlyDictionary<string, double> before, IReadOnlyDictionary<string, double> after) =>
        after.ToDictionary(entry => entry.Key, entry => entry.Value - before.GetValueOrDefault(entry.Key));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
