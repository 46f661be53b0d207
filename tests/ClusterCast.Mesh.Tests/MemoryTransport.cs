using System.IO.Pipelines;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Tests;

/// <summary>A connection without a network: the node's end is a transport, the test's end two pipes. Its datagrams are all lost.</summary>
internal sealed class MemoryTransport(Address? peer) : IDatagramTransport
{
    private readonly Pipe _toNode = new(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 64 * 1024));
    private readonly Pipe _fromNode = new(new PipeOptions(pauseWriterThreshold: 4 * 1024 * 1024, resumeWriterThreshold: 1024 * 1024));

    public string Name => "memory";

    public Address? ProvenPeer => peer;

    public string Remote => "memory";

    /// <summary>What the test sends.</summary>
    public PipeWriter Input => _toNode.Writer;

    /// <summary>What the node sends.</summary>
    public PipeReader Output => _fromNode.Reader;

    public int MaxDatagram => 1_200;

    public Action<ReadOnlySpan<byte>>? Datagram { get; set; }

    public TimeSpan? RoundTrip => null;

    public bool TrySendDatagram(ReadOnlySpan<byte> bytes) => true;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        var read = await _toNode.Reader.ReadAsync(cancel);
        var count = (int)Math.Min(read.Buffer.Length, buffer.Length);
        var taken = read.Buffer.Slice(0, count);
        System.Buffers.BuffersExtensions.CopyTo(taken, buffer.Span);
        _toNode.Reader.AdvanceTo(taken.End);
        return count;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancel)
    {
        if ((await _fromNode.Writer.WriteAsync(frames, cancel)).IsCompleted)
        {
            throw new IOException("The other end is closed.");
        }
    }

    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        _fromNode.Writer.Complete();
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        _toNode.Writer.Complete();
        _fromNode.Writer.Complete();
    }

    public ValueTask DisposeAsync()
    {
        _toNode.Reader.Complete();
        _fromNode.Writer.Complete();
        return ValueTask.CompletedTask;
    }
}
