using System.Globalization;

namespace ClusterCast.Load;

/// <summary>Flags of the load generator: <c>--name value</c>. It is run by the benchmarks, not by users.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    /// <summary>Parses. Throws <see cref="ArgumentException"/> with a sentence.</summary>
    public Options(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Count)
            {
                throw new ArgumentException($"'{args[i]}' is not a flag with a value. Write it like --subscribers 1000.");
            }

            _values[args[i][2..]] = args[i + 1];
        }
    }

    /// <summary>A text; null when it is not given.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>A text that must be given.</summary>
    public string Required(string name) => Text(name) ?? throw new ArgumentException($"--{name} is missing.");

    /// <summary>A number of at least 0.</summary>
    public double Number(string name, double otherwise) =>
        Text(name) is not { } text ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value
        : throw new ArgumentException($"--{name} is '{text}'; a number of at least 0 is expected.");

    /// <summary>A whole number of at least 0.</summary>
    public int Count(string name, int otherwise) => (int)Number(name, otherwise);
}
