using System.Buffers;
using ClusterCast.Media.Encoding;
using ClusterCast.Media.Flv;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Egress.Sinks;

/// <summary>FFmpeg takes FLV and puts it, without encoding, into a file or SRT. What is secret goes to it in a file of presets that only this user can
/// read and that goes with the process, since arguments stand in the process list.</summary>
internal sealed class FfmpegSink : ISink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly FfmpegProcess _process;
    private readonly DestinationUrl _url;
    private readonly string? _secrets;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly TaskCompletionSource<MediaException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _progress;
    private readonly Task _watching;
    private long _sent;
    private bool _finished;
    private bool _writes;
    private int _disposed;

    private FfmpegSink(DestinationUrl url, IEnumerable<string> output, string? secrets)
    {
        (_url, _secrets) = (url, secrets);
        _process = FfmpegProcess.Start(FfmpegTools.Ffmpeg,
            ["-hide_banner", "-loglevel", "error", "-nostdin", "-progress", "pipe:1", "-probesize", "32", "-analyzeduration", "0", "-f", "flv", "-i", "pipe:0", "-c", "copy", .. output]);
        FlvWriter.Header(_output, hasSound: true);
        _progress = ReadProgressAsync();
        _watching = WatchAsync();
    }

    public Task<MediaException> Ended => _ended.Task;

    public bool IsConfirmed => Volatile.Read(ref _writes);

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
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _process.DisposeAsync();
        await Task.WhenAll(_watching, _progress);
        if (_secrets is not null) Directory.Delete(_secrets, recursive: true);
    }

    /// <summary>FFmpeg says twice a second how much it has written; anything at all means that its output is open.</summary>
    private async Task ReadProgressAsync()
    {
        const string Written = "total_size=";
        try
        {
            using var lines = new StreamReader(_process.Output);
            while (await lines.ReadLineAsync() is { } line)
                if (line.StartsWith(Written, StringComparison.Ordinal) && long.TryParse(line.AsSpan(Written.Length), out var bytes) && bytes > 0) Volatile.Write(ref _writes, true);
        }
        catch (IOException)
        {
            // It is gone; its end is told elsewhere.
        }
    }

    private async Task WatchAsync()
    {
        await _process.WaitAsync();
        if (_finished)
        {
            _ended.TrySetResult(new MediaException(MediaFault.Disconnected, "FFmpeg has finished."));
            return;
        }
        var failure = await _process.FailureAsync($"writing to {_url}", "check the address, or the room on the disk");
        _ended.TrySetResult(new MediaException(failure.Fault, _url.Redact(failure.Message)));
    }
}
