using System.Buffers;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Egress.Sinks;

/// <summary>FFmpeg takes FLV and puts it, without encoding, into a file or SRT. What is secret goes to it in a file that only this user reads and
/// that is gone a moment later, since arguments stand in the process list.</summary>
internal sealed class FfmpegSink : ISink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly FfmpegProcess _process;
    private readonly DestinationUrl _url;
    private readonly string? _secrets;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly TaskCompletionSource<MediaException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sent;
    private bool _finished;

    private FfmpegSink(DestinationUrl url, IEnumerable<string> output, string? secrets)
    {
        (_url, _secrets) = (url, secrets);
        _process = FfmpegProcess.Start(FfmpegTools.Ffmpeg,
            ["-hide_banner", "-loglevel", "error", "-nostdin", "-fflags", "+nobuffer", "-probesize", "32", "-analyzeduration", "0", "-f", "flv", "-i", "pipe:0", "-c", "copy", .. output]);
        FlvWriter.Header(_output);
        _ = WatchAsync();
    }

    public Task<MediaException> Ended => _ended.Task;

    public int PendingBytes => _output.WrittenCount;

    public long SentBytes => Interlocked.Read(ref _sent);

    public long? AcknowledgedBytes => null;

    public static FfmpegSink OpenFile(DestinationUrl url, string path) =>
        new(url, [.. RecordingFile.Options(path), "-n", "file:" + RecordingFile.Free(path)], null);

    public static FfmpegSink OpenSrt(DestinationUrl url, SrtTarget target)
    {
        string[] transport = ["-f", "mpegts", "-flush_packets", "1"];
        if (target.Options.Count == 0) return new FfmpegSink(url, [.. transport, target.Open], null);
        var folder = Directory.CreateTempSubdirectory("clustercast-srt-"); // mode 0700
        var file = Path.Combine(folder.FullName, "options");
        File.WriteAllLines(file, target.Options.Select(option => $"{option.Name}={option.Value.Reveal()}"));
        return new FfmpegSink(url, [.. transport, "-fpre", file, target.Open], folder.FullName);
    }

    public void AddMetadata(AmfObject map) => FlvWriter.Tag(_output, RtmpMessageType.DataAmf0, 0, AmfWriter.ToBytes("onMetaData", map));

    public void Add(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> body) => FlvWriter.Tag(_output, type, timestamp, body);

    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        try
        {
            await _process.Input.WriteAsync(_output.WrittenMemory, cancel);
            await _process.Input.FlushAsync(cancel);
        }
        catch (IOException)
        {
            throw await _ended.Task.WaitAsync(cancel);
        }
        Interlocked.Add(ref _sent, _output.WrittenCount);
        _output.ResetWrittenCount();
    }

    public async Task FinishAsync()
    {
        _finished = true;
        try
        {
            _process.Input.Close();
            await _ended.Task.WaitAsync(Patience); // it writes what it still holds, and the end of the container
        }
        catch (Exception failure) when (failure is TimeoutException or IOException)
        {
            // It hangs or is gone; disposing ends it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _ended.Task;
        if (_secrets is not null) Directory.Delete(_secrets, recursive: true);
    }

    private async Task WatchAsync()
    {
        var status = await _process.WaitAsync();
        var cause = _process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exit status {status}";
        _ended.TrySetResult(_finished
            ? new MediaException(MediaFault.Disconnected, "FFmpeg has finished.")
            : new MediaException(MediaFault.FfmpegFailed, $"The destination {_url} fails: FFmpeg ended ({_url.Redact(cause).TrimEnd('.')}); check the address, or the room on the disk."));
    }
}
