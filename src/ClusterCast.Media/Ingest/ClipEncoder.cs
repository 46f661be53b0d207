using System.Net;
using System.Net.Sockets;
using ClusterCast.Media.Encoding;

namespace ClusterCast.Media.Ingest;

/// <summary>FFmpeg as encoder and RTMP publisher, with the settings that OBS would have: x264 without B-frames, IDR frames every 2 s, AAC.
/// Frames go in by its standard input, sound by a loopback connection, since a process has only one standard input.</summary>
internal sealed class ClipEncoder : IAsyncDisposable
{
    private readonly FfmpegProcess _process;
    private readonly NetworkStream _sound;

    private ClipEncoder(FfmpegProcess process, NetworkStream sound) => (_process, _sound) = (process, sound);

    public TimeSpan ProcessorTime => _process.ProcessorTime;

    public static async Task<ClipEncoder> StartAsync(ClipOptions options, CancellationToken cancel)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(1);
        var process = FfmpegProcess.Start(FfmpegTools.Ffmpeg, Arguments(options, ((IPEndPoint)listener.LocalEndpoint).Port));
        try
        {
            var connected = listener.AcceptSocketAsync(cancel).AsTask();
            var ended = process.WaitAsync(cancel);
            if (await Task.WhenAny(connected, ended) == ended) throw await Failure(process, options);
            var socket = await connected;
            socket.NoDelay = true;
            return new ClipEncoder(process, new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask WriteSoundAsync(ReadOnlyMemory<byte> sound, CancellationToken cancel) => _sound.WriteAsync(sound, cancel);

    public ValueTask WriteFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel) => _process.Input.WriteAsync(frame, cancel);

    /// <summary>Why the encoder takes no more. The address is left out: it holds the publish key.</summary>
    public Task<MediaException> FailureAsync(ClipOptions options) => Failure(_process, options);

    public async ValueTask DisposeAsync()
    {
        await _sound.DisposeAsync();
        await _process.DisposeAsync();
    }

    private static async Task<MediaException> Failure(FfmpegProcess process, ClipOptions options)
    {
        var failure = await process.FailureAsync("publishing the clip", "check that the broadcaster runs and that the publish key is its own");
        var shown = failure.Message.Replace(options.Url, "the RTMP address", StringComparison.Ordinal);
        return new MediaException(failure.Fault, options.Url.Split('/')[^1] is { Length: > 0 } key ? shown.Replace(key, "KEY", StringComparison.Ordinal) : shown);
    }

    private static string[] Arguments(ClipOptions options, int soundPort)
    {
        string[] quick = ["-fflags", "nobuffer", "-probesize", "32", "-analyzeduration", "0"];
        return
        [
            "-hide_banner", "-loglevel", "error", "-nostdin",
            .. quick, "-f", "s16le", "-ar", $"{RawMedia.SampleRate}", "-ac", $"{RawMedia.Channels}", "-i", $"tcp://127.0.0.1:{soundPort}",
            .. quick, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{options.Width}x{options.Height}", "-r", $"{RawMedia.FrameRate}", "-i", "pipe:0",
            "-map", "1:v", "-map", "0:a",
            "-c:v", "libx264", "-preset", options.Preset, "-tune", "zerolatency", "-profile:v", "main", "-threads", "1",
            "-g", $"{2 * RawMedia.FrameRate}", "-keyint_min", $"{2 * RawMedia.FrameRate}", "-sc_threshold", "0", "-bf", "0",
            "-b:v", $"{options.VideoKbps}k", "-maxrate", $"{options.VideoKbps}k", "-bufsize", $"{options.VideoKbps / 2}k",
            "-c:a", "aac", "-b:a", $"{options.AudioKbps}k",
            "-flush_packets", "1", "-f", "flv", "-flvflags", "no_duration_filesize", "-tcp_nodelay", "1", options.Url,
        ];
    }
}
