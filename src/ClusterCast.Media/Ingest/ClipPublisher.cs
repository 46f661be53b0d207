using ClusterCast.Media.Stamps;

namespace ClusterCast.Media.Ingest;

/// <summary>Publishes a clip over RTMP as OBS would, in real time and again and again: FFmpeg decodes, a time code is stamped into each
/// frame, FFmpeg encodes and publishes. A clip without sound gets silence, other layouts become stereo, other sizes are scaled and padded.</summary>
public sealed class ClipPublisher
{
    // Sound goes ahead of the picture, so that the muxer, which interleaves both, never holds a picture back to wait for sound.
    private const int SoundLead = 4;
    private static readonly TimeSpan LateLimit = TimeSpan.FromMilliseconds(500);
    private readonly ClipOptions _options;
    private readonly TimeProvider _time;
    private readonly byte[] _frame;
    private readonly byte[] _sound = new byte[RawMedia.SoundBytesPerFrame];
    private long _frames;

    /// <summary>Creates a publisher.</summary>
    /// <exception cref="ArgumentException">The frame size is odd or too small for the time code.</exception>
    public ClipPublisher(ClipOptions options)
    {
        if (options.Width < TimeCode.Width || options.Height < 2 * TimeCode.BlockSize || (options.Width | options.Height) % 2 != 0)
            throw new ArgumentException($"The frame size must be even and at least {TimeCode.Width} x {2 * TimeCode.BlockSize}.", nameof(options));
        (_options, _time, _frame) = (options, options.TimeProvider, new byte[RawMedia.FrameBytes(options)]);
    }

    /// <summary>Frames published so far.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Publishes until cancelled, then returns. No process is left behind.</summary>
    /// <exception cref="MediaException">FFmpeg is not installed, the clip cannot be played, or the broadcaster refuses or leaves.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            var clip = await ClipProbe.RunAsync(_options.Path, cancel);
            await using var encoder = await ClipEncoder.StartAsync(_options, cancel);
            try
            {
                await LoopAsync(encoder, clip, cancel);
            }
            catch (IOException)
            {
                throw await encoder.FailureAsync(_options);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task LoopAsync(ClipEncoder encoder, ClipProbe clip, CancellationToken cancel)
    {
        _sound.AsSpan().Clear();
        for (var i = 0; i < SoundLead; i++) await encoder.WriteSoundAsync(_sound, cancel);
        var pace = new Pace(_time, RawMedia.FrameRate, LateLimit);
        var next = new ClipPass(_options, clip.HasAudio);
        try
        {
            while (true)
            {
                await using var pass = next;
                next = new ClipPass(_options, clip.HasAudio); // decodes its first frames while this one plays
                var any = false;
                while (await pass.ReadFrameAsync(_frame, cancel))
                {
                    any = true;
                    await pass.ReadSoundAsync(_sound, cancel);
                    await encoder.WriteSoundAsync(_sound, cancel);
                    await pace.NextAsync(cancel);
                    TimeCode.Write(_frame, _options.Width, _options.Height, unchecked((uint)_time.GetUtcNow().ToUnixTimeMilliseconds()));
                    await encoder.WriteFrameAsync(_frame, cancel);
                    Interlocked.Increment(ref _frames);
                }
                if (!any) throw await pass.FailureAsync(_options);
            }
        }
        finally
        {
            await next.DisposeAsync();
        }
    }
}
