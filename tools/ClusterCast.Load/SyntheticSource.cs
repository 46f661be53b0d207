using System.Security.Cryptography;
using ClusterCast.Mesh.Publishing;

namespace ClusterCast.Load;

/// <summary>A live source of noise: one signed part every so many ms, windows of 2 s.</summary>
internal static class SyntheticSource
{
    private const int WindowMs = 2_000;

    /// <summary>Publishes until <paramref name="stop"/>. A part that is due late carries the time at which it was due.</summary>
    public static async Task RunAsync(Publisher publisher, int kbit, int partMs, Tally clock, CancellationToken stop)
    {
        var bytes = new byte[Math.Max(1, (long)kbit * partMs / 8)];
        RandomNumberGenerator.Fill(bytes);
        publisher.SetInit([1, 2, 3, 4]);
        var startedMs = clock.NowMs;
        try
        {
            for (long index = 0; ; index++)
            {
                var due = startedMs + (index * partMs);
                if (due - clock.NowMs is var wait and > 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(wait), stop);
                }

                bytes[0] = (byte)index;
                publisher.AddPart(bytes, (ulong)clock.NowMs, index % (WindowMs / partMs) == 0);
            }
        }
        catch (OperationCanceledException)
        {
            publisher.End();
        }
    }
}
