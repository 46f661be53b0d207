using System.Globalization;

namespace ClusterCast.Node.Tests.Support;

/// <summary>One line of values in Prometheus' text format.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A strict reader of Prometheus' text format 0.0.4. Throws <see cref="FormatException"/> for everything that a scraper could refuse.</summary>
internal sealed class PrometheusText
{
    private static readonly string[] Kinds = ["counter", "gauge", "summary", "histogram", "untyped"];
    private readonly Dictionary<string, string> _kinds = [];
    private readonly Dictionary<string, string> _help = [];
    private readonly List<Sample> _samples = [];

    public IReadOnlyDictionary<string, string> Kind => _kinds;

    public IReadOnlyDictionary<string, string> Help => _help;

    public IReadOnlyList<Sample> Samples => _samples;

    public static PrometheusText Parse(string text)
    {
        var result = new PrometheusText();
        if (text.Length > 0 && !text.EndsWith('\n'))
        {
            throw new FormatException("The last line has no line feed.");
        }

        foreach (var line in text.Split('\n')[..^1])
        {
            result.Read(line);
        }

        return result;
    }

    public Sample Single(string name) => Assert.Single(_samples, sample => sample.Name == name);

    private void Read(string line)
    {
        var reader = new Reader(line);
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            reader.Skip("# HELP ");
            if (!_help.TryAdd(reader.Name(), reader.Rest()))
            {
                throw new FormatException($"A second HELP: {line}");
            }
        }
        else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            reader.Skip("# TYPE ");
            var (name, kind) = (reader.Name(), reader.Rest().TrimStart());
            if (!Kinds.Contains(kind) || !_kinds.TryAdd(name, kind) || _samples.Any(sample => Family(sample.Name) == name))
            {
                throw new FormatException($"Another TYPE, or too late: {line}");
            }
        }
        else
        {
            ReadSample(line, reader);
        }
    }

    private void ReadSample(string line, Reader reader)
    {
        var name = reader.Name();
        var labels = reader.Labels();
        reader.Skip(" ");
        var value = double.Parse(reader.Rest(), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!_kinds.ContainsKey(Family(name)))
        {
            throw new FormatException($"A value before its TYPE: {line}");
        }

        if (_samples.Any(sample => sample.Name == name && sample.Labels.Count == labels.Count && !sample.Labels.Except(labels).Any()))
        {
            throw new FormatException($"The same series twice: {line}");
        }

        // All lines of one family are one group.
        if (_samples.Count > 0 && Family(_samples[^1].Name) != Family(name) && _samples.Any(sample => Family(sample.Name) == Family(name)))
        {
            throw new FormatException($"The family is torn apart: {line}");
        }

        _samples.Add(new Sample(name, labels, value));
    }

    private string Family(string name)
    {
        foreach (var suffix in (ReadOnlySpan<string>)["_bucket", "_sum", "_count"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && _kinds.TryGetValue(name[..^suffix.Length], out var kind) && kind is "summary" or "histogram")
            {
                return name[..^suffix.Length];
            }
        }

        return name;
    }

    private sealed class Reader(string line)
    {
        private int _at;

        public void Skip(string text)
        {
            if (string.CompareOrdinal(line, _at, text, 0, text.Length) != 0)
            {
                throw new FormatException($"'{text}' is missing at {_at}: {line}");
            }

            _at += text.Length;
        }

        public string Name()
        {
            var start = _at;
            while (_at < line.Length && (char.IsAsciiLetter(line[_at]) || line[_at] is '_' or ':' || (_at > start && char.IsAsciiDigit(line[_at]))))
            {
                _at++;
            }

            return _at > start ? line[start.._at] : throw new FormatException($"A name is missing at {_at}: {line}");
        }

        public Dictionary<string, string> Labels()
        {
            var labels = new Dictionary<string, string>();
            if (_at >= line.Length || line[_at] != '{')
            {
                return labels;
            }

            do
            {
                _at++;
                var name = Name();
                Skip("=\"");
                labels.Add(name, Value());
            }
            while (_at < line.Length && line[_at] == ',');
            Skip("}");
            return labels;
        }

        public string Rest() => line[_at..];

        private string Value()
        {
            var value = new System.Text.StringBuilder();
            for (; _at < line.Length; _at++)
            {
                switch (line[_at])
                {
                    case '"':
                        _at++;
                        return value.ToString();
                    case '\\':
                        value.Append(line[++_at] switch
                        {
                            '\\' => '\\',
                            '"' => '"',
                            'n' => '\n',
                            var other => throw new FormatException($"\\{other} is no escape: {line}"),
                        });
                        break;
                    default:
                        value.Append(line[_at]);
                        break;
                }
            }

            throw new FormatException($"A label does not end: {line}");
        }
    }
}
