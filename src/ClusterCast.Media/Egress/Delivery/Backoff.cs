using System.Buffers.Binary;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Media.Egress.Delivery;

/// <summary>How long to wait after failures in a row, see <see cref="BackoffOptions"/>.</summary>
internal sealed class Backoff(BackoffOptions options, IRandomSource random)
{
    private const int MaxDoublings = 20;
    private int _failures;
    private TimeSpan _first;

    /// <summary>The time to wait after one more failure.</summary>
    public TimeSpan Next(MediaFault fault)
    {
        var (first, longest) = fault switch
        {
            MediaFault.KeyRefused or MediaFault.PublishRefused or MediaFault.TlsFailed => (options.FirstRefused, options.LongestRefused),
            MediaFault.NameInUse => (options.FirstInUse, options.Longest),
            _ => (options.First, options.Longest),
        };
        if (first != _first) (_first, _failures) = (first, 0); // another kind of failure begins anew
        var full = first * Math.Pow(2, Math.Min(_failures, MaxDoublings));
        _failures++;
        if (full > longest) full = longest;
        return full / 2 + full / 2 * Fraction();
    }

    /// <summary>The connection has proven itself.</summary>
    public void Forget() => _failures = 0;

    private double Fraction()
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) / (uint.MaxValue + 1d);
    }
}
