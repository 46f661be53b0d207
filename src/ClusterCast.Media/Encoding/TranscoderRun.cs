using System.Buffers;
using System.Threading.Channels;
using ClusterCast.Media.Flv;
using ClusterCast.Media.Ingest;
using ClusterCast.Media.Rtmp.Amf;
using ClusterCast.Media.Rtmp.Chunks;

namespace ClusterCast.Media.Encoding;

/// <summary>One life of a transcoder's FFmpeg. It counts from 0, so that its times never wrap; outside they are those of the source.
/// Its output is read by a thread of its own, since a pipe is read by blocking.</summary>
internal sealed class TranscoderRun : IAsyncDisposable
{
    private readonly TranscoderOptions _options;
    private readonly FfmpegProcess _process;
    private readonly uint _base;
    private readonly Action<MediaItem> _give;
    private readonly ArrayBufferWriter<byte> _buffer = new(256 << 10);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FlvDemuxer _demuxer = new();
    private MediaException? _broken;
    private long _lastOutput;
    private int _written;

    /// <summary>Starts FFmpeg.</summary>
    /// <exception cref="MediaException">It cannot be started.</exception>
    public TranscoderRun(TranscoderOptions options, AvcConfig config, uint firstMs, Action<MediaItem> give)
    {
        (_options, _base, _give) = (options, firstMs, give);
        _process = FfmpegProcess.Start(options.Program ?? FfmpegTools.Ffmpeg, TranscodeArguments.Build(options.Encoder, options.Shape, options.Source));
        _lastOutput = options.TimeProvider.GetTimestamp();
        FlvWriter.Header(_buffer, hasSound: false);
        FlvWriter.Tag(_buffer, RtmpMessageType.DataAmf0, 0, AmfWriter.ToBytes("onMetaData", new AmfObject { ["framerate"] = options.Source.FrameRate }));
        FlvWriter.Tag(_buffer, RtmpMessageType.Video, 0, FlvBody.Sequence(config));
        new Thread(ReadOutput) { IsBackground = true, Name = "transcoder output" }.Start();
    }

    public int Id => _process.Id;

    public TimeSpan ProcessorTime => _process.ProcessorTime;

    /// <summary>Whether FFmpeg has closed its output.</summary>
    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>The next picture; null when there is none any more, FFmpeg has ended, or it gives nothing.</summary>
    public async ValueTask<MediaSample?> NextAsync(ChannelReader<MediaSample> queue, CancellationToken stop)
    {
        while (!HasEnded && !IsStalled())
        {
            if (queue.TryRead(out var picture)) return picture;
            var more = queue.WaitToReadAsync(stop).AsTask();
            await Task.WhenAny(more, _ended.Task);
            if (more.IsCompleted && !await more) return null;
        }
        return null;
    }

    /// <summary>Writes a picture. Throws <see cref="TimeoutException"/> when FFmpeg does not take it.</summary>
    public async Task WriteAsync(MediaSample picture, CancellationToken stop)
    {
        using (var body = FlvBody.Write(picture))
        {
            FlvWriter.Tag(_buffer, RtmpMessageType.Video, picture.DtsMs - _base, body.Memory.Span);
        }
        // Writing to a full pipe blocks its thread until FFmpeg reads or is ended.
        await Task.Run(() => _process.Input.Write(_buffer.WrittenSpan), stop).WaitAsync(_options.StallTimeout, _options.TimeProvider, stop);
        _buffer.ResetWrittenCount();
        _written++;
    }

    /// <summary>Tells FFmpeg that nothing follows and waits for its end.</summary>
    public async Task FinishAsync(CancellationToken stop)
    {
        _process.Input.Close();
        await _ended.Task.WaitAsync(stop);
    }

    /// <summary>Why it ended, in one line.</summary>
    public async Task<string> ComplaintAsync()
    {
        if (_broken is not null) return _broken.Message;
        _process.Input.Close(); // a program that has only closed its output ends by that
        return (await _process.FailureAsync($"encoding {_options.Shape}", "it is started again and goes on at the next IDR frame")).Message;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // Before its first picture FFmpeg has to start; while nothing is written, nothing can come.
    private bool IsStalled() => _written > Transcoder.QueueFrames / 2 && _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastOutput)) > _options.StallTimeout;

    private void ReadOutput()
    {
        try
        {
            var reader = new FlvReader(new BufferedStream(_process.Output, 256 << 10));
            while (reader.Read() is { } tag)
            {
                var item = _demuxer.Read(tag with { Timestamp = tag.Timestamp + _base }, _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds());
                if (item is null) continue;
                Volatile.Write(ref _lastOutput, _options.TimeProvider.GetTimestamp());
                _written = 0;
                _give(item);
            }
        }
        catch (MediaException failure)
        {
            _broken = failure;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // It was ended.
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
