namespace ClusterCast.Payments.Internal;

/// <summary>Counters of a till. Thread-safe.</summary>
internal sealed class TillCounters
{
    private readonly Lock _gate = new();
    private TillStatistics _now;
    private long _served;

    public TillStatistics Snapshot()
    {
        lock (_gate)
        {
            return _now with { BytesServed = (ulong)Math.Max(0, Interlocked.Read(ref _served)) };
        }
    }

    /// <summary>On the path of every leaf, so without the lock.</summary>
    public void Served(int bytes) => Interlocked.Add(ref _served, bytes);

    public void SessionOpened() => Change(now => now with { SessionsOpen = now.SessionsOpen + 1, SessionsAccepted = now.SessionsAccepted + 1 });

    public void SessionEnded() => Change(now => now with { SessionsOpen = now.SessionsOpen - 1 });

    public void SessionRefused() => Change(now => now with { SessionsRefused = now.SessionsRefused + 1 });

    public void TicketRefused() => Change(now => now with { TicketsRefused = now.TicketsRefused + 1 });

    public void TicketWon() => Change(now => now with { TicketsWon = now.TicketsWon + 1 });

    public void ReceiptSigned() => Change(now => now with { ReceiptsSigned = now.ReceiptsSigned + 1 });

    public void Paid(uint bytes, UInt128 value) => Change(now => now with
    {
        TicketsAccepted = now.TicketsAccepted + 1,
        BytesPaid = now.BytesPaid + bytes,
        ValueScaled = now.ValueScaled + value,
    });

    private void Change(Func<TillStatistics, TillStatistics> change)
    {
        lock (_gate)
        {
            _now = change(_now);
        }
    }
}
