using System.Diagnostics;
using ClusterCast.Mesh;
using ClusterCast.Mesh.Publishing;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Windows;

namespace ClusterCast.Node.Bench.Hops;

/// <summary>Publishes frames as a camera's encoder would send them: at even times, the key frame of every 2 s four times as large as the others.</summary>
internal sealed class HopSource(HopOptions options, Action<PartAt> sent)
{
    private const int KeyFrameWeight = 4;
    private const int WindowSeconds = 2;
    private static readonly TimeSpan SubscriberPatience = TimeSpan.FromSeconds(20);

    /// <summary>Sends for the duration, from the first subscriber on.</summary>
    public async Task RunAsync(MeshNode mesh, CancellationToken stop)
    {
        var run = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        using var publisher = mesh.Publish(HopKeys.Track, run, HopKeys.Signing);
        publisher.SetInit("a track of random bytes"u8);
        var perWindow = options.FramesPerSecond * WindowSeconds;
        var bytes = (int)(options.Kilobits * 125L * WindowSeconds / (perWindow - 1 + KeyFrameWeight));
        var frame = new byte[bytes * KeyFrameWeight];
        Random.Shared.NextBytes(frame);
        var start = HopCommand.Micros();
        var clock = Stopwatch.StartNew();
        var begun = TimeSpan.Zero;
        for (var i = 0; begun == TimeSpan.Zero || clock.Elapsed - begun < options.Duration; i++)
        {
            var due = TimeSpan.FromSeconds(i / (double)options.FramesPerSecond);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed, stop).ConfigureAwait(false);
            }

            if (begun == TimeSpan.Zero && publisher.Subscribers > 0)
            {
                begun = clock.Elapsed;
            }
            else if (begun == TimeSpan.Zero && clock.Elapsed > SubscriberPatience)
            {
                throw new NodeException($"Nobody took the track within {SubscriberPatience.TotalSeconds} s. Check that the relay at --dial runs.");
            }

            var captured = start + (long)due.TotalMicroseconds;
            Publish(publisher, frame.AsSpan(0, i % perWindow == 0 ? frame.Length : bytes), captured, i % perWindow);
        }
    }

    // A camera dates its frames evenly, however late the machine comes to send them.
    private void Publish(Publisher publisher, ReadOnlySpan<byte> frame, long capturedMicros, int part)
    {
        var micros = HopCommand.Micros();
        publisher.AddPart(frame, (ulong)(capturedMicros / 1_000), startsWindow: part == 0);
        sent(new PartAt(publisher.Window, part, micros, WindowLimits.LeafCount(frame.Length)));
    }
}
