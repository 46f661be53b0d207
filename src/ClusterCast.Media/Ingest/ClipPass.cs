using ClusterCast.Media.Encoding;

namespace ClusterCast.Media.Ingest;

/// <summary>One pass through a clip: FFmpeg decodes picture and sound into pipes and waits there when they are full.</summary>
internal sealed class ClipPass : IAsyncDisposable
{
    private readonly FfmpegProcess _picture;
    private readonly FfmpegProcess? _sound;

    public ClipPass(ClipOptions options, bool hasAudio)
    {
        string[] input = ["-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1", "-i", options.Path];
        var shape = $"fps={RawMedia.FrameRate}:start_time=0,scale=iw*sar:ih,setsar=1," +
            $"scale={options.Width}:{options.Height}:force_original_aspect_ratio=decrease:force_divisible_by=2," +
            $"pad={options.Width}:{options.Height}:-1:-1,format=yuv420p";
        _picture = FfmpegProcess.Start(FfmpegTools.Ffmpeg, [.. input, "-map", "0:v:0", "-vf", shape, "-f", "rawvideo", "pipe:1"]);
        if (hasAudio)
            _sound = FfmpegProcess.Start(FfmpegTools.Ffmpeg,
                [.. input, "-map", "0:a:0", "-af", $"aresample={RawMedia.SampleRate}:async=1:first_pts=0", "-ac", $"{RawMedia.Channels}", "-f", "s16le", "pipe:1"]);
    }

    /// <summary>Fills the buffer with the next frame; false at the end of the clip.</summary>
    public async ValueTask<bool> ReadFrameAsync(Memory<byte> frame, CancellationToken cancel) =>
        await _picture.Output.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancel) == frame.Length;

    /// <summary>Fills the buffer with sound, and with silence where there is none.</summary>
    public async ValueTask ReadSoundAsync(Memory<byte> sound, CancellationToken cancel)
    {
        var read = _sound is null ? 0 : await _sound.Output.ReadAtLeastAsync(sound, sound.Length, throwOnEndOfStream: false, cancel);
        sound.Span[read..].Clear();
    }

    /// <summary>Why not a single frame came.</summary>
    public async Task<MediaException> FailureAsync(ClipOptions options)
    {
        var cause = await _picture.FailureAsync($"decoding {options.Path}", "give a clip with a picture that FFmpeg can decode");
        return new MediaException(MediaFault.BadClip, cause.Message);
    }

    public async ValueTask DisposeAsync()
    {
        await _picture.DisposeAsync();
        if (_sound is not null) await _sound.DisposeAsync();
    }
}
