using ClusterCast.Protocol.Wire;

namespace ClusterCast.Payments.Tests;

/// <summary>A connection between a purse and a till. Frames wait until the test lets them through, in any order, or drops or repeats them.</summary>
internal sealed class Link : IDisposable
{
    public Link(World world, ulong advertisedPrice)
    {
        Payee = world.Till.Open(World.Stream, frame => Send(ToPurse, frame));
        Payer = world.Purse.Open(world.Till.Relay, World.Stream, advertisedPrice, frame => Send(ToTill, frame));
    }

    public PurseSession Payer { get; }

    public TillSession Payee { get; }

    public List<byte[]> ToTill { get; } = [];

    public List<byte[]> ToPurse { get; } = [];

    /// <summary>Every frame that was sent, lost ones included.</summary>
    public List<byte[]> Sent { get; } = [];

    /// <summary>Every frame that went through, in order.</summary>
    public List<byte[]> Passed { get; } = [];

    /// <summary>Lets everything through, answers included.</summary>
    public Link Settle()
    {
        while (ToTill.Count + ToPurse.Count > 0)
        {
            if (ToTill.Count > 0)
            {
                PassToTill(0);
            }

            if (ToPurse.Count > 0)
            {
                PassToPurse(0);
            }
        }

        return this;
    }

    public void PassToTill(int at, bool keep = false)
    {
        var frame = Take(ToTill, at, keep);
        Deliver(frame, Payee.OnFrame);
    }

    public void PassToPurse(int at, bool keep = false)
    {
        var frame = Take(ToPurse, at, keep);
        Deliver(frame, Payer.OnFrame);
    }

    /// <summary>Sends leaves while the till lends and the purse verifies them; settles after each. Returns the bytes that arrived.</summary>
    public long Stream(long bytes, int leaf = 16_384)
    {
        long arrived = 0;
        while (arrived + leaf <= bytes && Payee.TrySpend(leaf))
        {
            Payer.OnVerified(leaf);
            arrived += leaf;
            Settle();
        }

        return arrived;
    }

    /// <summary>The frames of one type that went through, read.</summary>
    public IReadOnlyList<T> Seen<T>(FrameType wanted, Func<byte[], T> read) =>
        [.. Passed.Where(frame => frame[0] == (byte)wanted).Select(frame => read(Body(frame)))];

    public static byte[] Body(byte[] frame)
    {
        Assert.True(Frame.TryRead(frame, out _, out var header, out var length));
        Assert.Equal(frame.Length, header + length);
        return frame[header..];
    }

    public void Dispose()
    {
        Payer.Dispose();
        Payee.Dispose();
    }

    private void Send(List<byte[]> queue, byte[] frame)
    {
        Sent.Add(frame);
        queue.Add(frame);
    }

    private static byte[] Take(List<byte[]> frames, int at, bool keep)
    {
        var frame = frames[at];
        if (!keep)
        {
            frames.RemoveAt(at);
        }

        return frame;
    }

    private delegate void Receiver(FrameType type, ReadOnlySpan<byte> body);

    private void Deliver(byte[] frame, Receiver receiver)
    {
        Passed.Add(frame);
        receiver((FrameType)frame[0], Body(frame));
    }
}
