using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using ClusterCast.Mesh.Transports.WebTransport.Http3;

namespace ClusterCast.Mesh.Tests.Transports.WebTransport;

/// <summary>A QUIC connection without a network; the test is the client.</summary>
internal sealed class MemoryLink : IQuicLink
{
    private readonly Channel<IQuicLane> _incoming = Channel.CreateUnbounded<IQuicLane>();
    private readonly ConcurrentBag<MemoryLane> _lanes = [];
    private readonly TaskCompletionSource<Http3Error> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _nextBidirectional;
    private long _nextUnidirectional = 2;

    public string Remote => "memory";

    /// <summary>The code that the server closed with.</summary>
    public Task<Http3Error> Closed => _closed.Task;

    /// <summary>The server's control stream.</summary>
    public MemoryLane Control { get; } = new(3, false);

    public MemoryLane Open(bool bidirectional)
    {
        var lane = new MemoryLane(bidirectional ? Interlocked.Add(ref _nextBidirectional, 4) - 4 : Interlocked.Add(ref _nextUnidirectional, 4) - 4, bidirectional);
        _lanes.Add(lane);
        _incoming.Writer.TryWrite(lane);
        return lane;
    }

    /// <summary>Opens a stream with these bytes and no end.</summary>
    public MemoryLane Open(bool bidirectional, params byte[] bytes)
    {
        var lane = Open(bidirectional);
        lane.Give(bytes);
        return lane;
    }

    public ValueTask<IQuicLane> OpenUnidirectionalAsync(CancellationToken cancel) => ValueTask.FromResult<IQuicLane>(Control);

    public async ValueTask<IQuicLane?> AcceptAsync(CancellationToken cancel)
    {
        while (await _incoming.Reader.WaitToReadAsync(cancel))
        {
            if (_incoming.Reader.TryRead(out var lane))
            {
                return lane;
            }
        }

        return null;
    }

    public void Close(Http3Error code, string reason)
    {
        _closed.TrySetResult(code);
        _incoming.Writer.TryComplete();
        foreach (var lane in _lanes)
        {
            lane.Lose();
        }
    }

    /// <summary>The client is gone.</summary>
    public void Lose() => Close(Http3Error.None, "");
}

/// <summary>A stream of a <see cref="MemoryLink"/>.</summary>
internal sealed class MemoryLane(long id, bool bidirectional) : IQuicLane
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _fromServer = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly TaskCompletionSource<Http3Error> _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Http3Error> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Id => id;

    public bool IsBidirectional => bidirectional;

    public Task<Http3Error> WasReset => _reset.Task;

    public Task<Http3Error> WasStopped => _stopped.Task;

    /// <summary>Sends; what a closed connection would lose is lost.</summary>
    public void Give(params byte[] bytes)
    {
        try
        {
            _toServer.Writer.WriteAsync(bytes).AsTask().Wait();
        }
        catch (InvalidOperationException)
        {
            // The server has closed the connection.
        }
    }

    public void End() => _toServer.Writer.Complete();

    public void Lose()
    {
        _toServer.Writer.Complete(new IOException("The connection is lost."));
        _fromServer.Writer.Complete();
    }

    /// <summary>All that the server sends up to its end.</summary>
    public async Task<byte[]> ReadToEnd()
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        using var all = new MemoryStream();
        await _fromServer.Reader.AsStream().CopyToAsync(all, bound.Token);
        return all.ToArray();
    }

    /// <summary>The next bytes that the server sends.</summary>
    public async Task<byte[]> Read(int count)
    {
        using var bound = new CancellationTokenSource(MeshWorld.Bound);
        var bytes = new byte[count];
        await _fromServer.Reader.AsStream(leaveOpen: true).ReadExactlyAsync(bytes, bound.Token);
        return bytes;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancel)
    {
        var read = await _toServer.Reader.ReadAsync(cancel);
        var count = (int)Math.Min(read.Buffer.Length, into.Length);
        var taken = read.Buffer.Slice(0, count);
        System.Buffers.BuffersExtensions.CopyTo(taken, into.Span);
        _toServer.Reader.AdvanceTo(taken.End);
        return count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => await _fromServer.Writer.WriteAsync(bytes, cancel);

    public void Complete() => _fromServer.Writer.Complete();

    public void Reset(Http3Error code)
    {
        _reset.TrySetResult(code);
        _fromServer.Writer.Complete();
    }

    public void StopSending(Http3Error code) => _stopped.TrySetResult(code);
}
