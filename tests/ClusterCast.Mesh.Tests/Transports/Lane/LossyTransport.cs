using System.IO.Pipelines;
using System.Threading.Channels;
using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>One end of a connection in memory whose datagrams come late and not all.</summary>
internal sealed class LossyTransport : IDatagramTransport
{
    private readonly Channel<byte[]> _datagrams = Channel.CreateBounded<byte[]>(1_000);
    private readonly PipeReader _in;
    private readonly PipeWriter _out;
    private readonly Random _random;
    private readonly double _loss;
    private LossyTransport _other = null!;

    private LossyTransport(Address? peer, PipeReader input, PipeWriter output, double loss, int seed)
    {
        ProvenPeer = peer;
        _in = input;
        _out = output;
        _loss = loss;
        _random = new Random(seed);
        _ = Task.Run(DeliverAsync);
    }

    public string Name => "memory";

    public Address? ProvenPeer { get; }

    public string Remote => "memory";

    public int MaxDatagram => 1_200;

    public Action<ReadOnlySpan<byte>>? Datagram { get; set; }

    public TimeSpan? RoundTrip => TimeSpan.FromMilliseconds(5);

    /// <summary>Datagrams that were lost on the way from here.</summary>
    public int Lost { get; private set; }

    /// <summary>Datagrams that were sent from here.</summary>
    public int SentDatagrams { get; private set; }

    /// <summary>Two ends that lose this share of datagrams in each direction.</summary>
    public static (LossyTransport A, LossyTransport B) Pair(Address? a, Address? b, double loss, int seed)
    {
        var options = new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 64 * 1024);
        var (there, back) = (new Pipe(options), new Pipe(options));
        var left = new LossyTransport(b, back.Reader, there.Writer, loss, seed);
        var right = new LossyTransport(a, there.Reader, back.Writer, loss, seed + 1);
        (left._other, right._other) = (right, left);
        return (left, right);
    }

    public bool TrySendDatagram(ReadOnlySpan<byte> bytes)
    {
        lock (_random)
        {
            SentDatagrams++;
            if (_random.NextDouble() < _loss)
            {
                Lost++;
                return true;
            }

            return _other._datagrams.Writer.TryWrite(bytes.ToArray());
        }
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        var read = await _in.ReadAsync(cancel);
        var count = (int)Math.Min(read.Buffer.Length, buffer.Length);
        var taken = read.Buffer.Slice(0, count);
        System.Buffers.BuffersExtensions.CopyTo(taken, buffer.Span);
        _in.AdvanceTo(taken.End);
        return count;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancel)
    {
        if ((await _out.WriteAsync(frames, cancel)).IsCompleted)
        {
            throw new IOException("The other end is closed.");
        }
    }

    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        _out.Complete();
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        _out.Complete();
        _datagrams.Writer.TryComplete();
    }

    public ValueTask DisposeAsync()
    {
        _in.Complete();
        Abort();
        return ValueTask.CompletedTask;
    }

    private async Task DeliverAsync()
    {
        await foreach (var datagram in _datagrams.Reader.ReadAllAsync())
        {
            Datagram?.Invoke(datagram);
        }
    }
}
