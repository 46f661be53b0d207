using ClusterCast.Mesh.Transports.Lane;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Tests.Transports.Lane;

/// <summary>
/// A sender and a receiver of a lane with a way between them that loses, copies and reorders datagrams, on a clock of its own: the same for the same seed. The
/// stream beside it loses nothing and keeps its order.
/// </summary>
internal sealed class LaneLink : IDisposable
{
    public static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(20);

    private readonly Random _random;
    private readonly PriorityQueue<Action, (long At, long Order)> _way = new();
    private readonly List<byte[]> _received = [];
    private readonly List<long> _sentAt = [];
    private long _order;
    private long _streamAt;
    private int _lose;

    public LaneLink(int seed, int maxDatagram = 1_200)
    {
        _random = new Random(seed);
        Sender = new LaneSender(maxDatagram, Time, OnDatagram);
        Receiver = new LaneReceiver(Time);
    }

    public ManualTime Time { get; } = new();

    public LaneSender Sender { get; }

    public LaneReceiver Receiver { get; }

    /// <summary>Share of datagrams that are lost.</summary>
    public double Loss { get; set; }

    /// <summary>Share of datagrams that come twice.</summary>
    public double Copies { get; set; }

    /// <summary>Datagrams come up to this much later than the others.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Loses the next datagrams.</summary>
    public void Lose(int datagrams) => _lose = datagrams;

    /// <summary>Whether the transport takes datagrams.</summary>
    public Func<bool> Takes { get; set; } = () => true;

    /// <summary>What the receiver handed up.</summary>
    public IReadOnlyList<byte[]> Received => _received;

    /// <summary>How long each block took.</summary>
    public Dictionary<int, TimeSpan> Delays { get; } = [];

    /// <summary>Sends a block, and what is to be repeated.</summary>
    public void Send(byte[] block, bool onStream = false)
    {
        _sentAt.Add(Time.GetTimestamp());
        if (!Sender.TrySend(block, onStream, out var number))
        {
            OnStream(Frame.Encode(new LaneBlock(number, block)));
        }

        Repeat();
    }

    /// <summary>Lets time pass, a millisecond at a time.</summary>
    public void Run(TimeSpan time)
    {
        for (var ms = 0; ms < time.TotalMilliseconds; ms++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            while (_way.TryPeek(out _, out var next) && next.At <= Time.GetTimestamp())
            {
                _way.Dequeue()();
            }

            Receiver.Poll(2 * OneWay, ask => Back(Frame.Encode(ask)), report => Back(Frame.Encode(report)));
            if (Time.GetTimestamp() / TimeSpan.TicksPerMillisecond % 100 == 0)
            {
                Sender.Tick();
            }

            Repeat();
        }
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }

    private bool OnDatagram(ReadOnlySpan<byte> datagram)
    {
        if (!Takes())
        {
            return false;
        }

        var bytes = datagram.ToArray();
        for (var times = _random.NextDouble() < Copies ? 2 : 1; times > 0; times--)
        {
            if (_lose-- <= 0 && _random.NextDouble() >= Loss)
            {
                At(Time.GetTimestamp() + OneWay.Ticks + (long)(_random.NextDouble() * Jitter.Ticks), () =>
                {
                    Receiver.Take(bytes);
                    HandUp();
                });
            }
        }

        return true;
    }

    private void OnStream(byte[] frame)
    {
        _streamAt = Math.Max(_streamAt, Time.GetTimestamp() + OneWay.Ticks);
        At(_streamAt, () =>
        {
            Receiver.Take(LaneBlock.Read(Body(frame)));
            HandUp();
        });
    }

    private void Back(byte[] frame) => At(Time.GetTimestamp() + OneWay.Ticks, () =>
    {
        if (frame[0] == (byte)FrameType.Resend)
        {
            Sender.Take(Resend.Read(Body(frame)));
        }
        else
        {
            Sender.Take(LaneReport.Read(Body(frame)));
        }
    });

    private void Repeat()
    {
        while (Sender.HasRepeats)
        {
            Sender.TryRepeat((number, block) => OnStream(Frame.Encode(new LaneBlock(number, block))));
        }
    }

    private void HandUp()
    {
        while (Receiver.TryNext(out var block))
        {
            Delays[_received.Count] = TimeSpan.FromTicks(Time.GetTimestamp() - _sentAt[_received.Count]);
            _received.Add(block!.Frames.ToArray());
            Receiver.Return(block);
        }
    }

    private void At(long time, Action what) => _way.Enqueue(what, (time, _order++));

    private static ReadOnlySpan<byte> Body(byte[] frame)
    {
        Frame.TryRead(frame, out _, out var header, out var length);
        return frame.AsSpan(header, length);
    }
}
