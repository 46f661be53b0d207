namespace ClusterCast.Payments;

/// <summary>Counters of a till since it was opened.</summary>
/// <param name="SessionsOpen">Sessions that are open now.</param>
/// <param name="SessionsAccepted">Sessions that were opened.</param>
/// <param name="SessionsRefused">Sessions that were refused or ended by the till.</param>
/// <param name="TicketsAccepted">Tickets taken.</param>
/// <param name="TicketsWon">Those of them that won.</param>
/// <param name="TicketsRefused">Tickets refused.</param>
/// <param name="ReceiptsSigned">Receipts signed.</param>
/// <param name="BytesServed">Leaf bytes charged.</param>
/// <param name="BytesPaid">Bytes that tickets paid.</param>
/// <param name="ValueScaled">Expected payment of all tickets, 2^-64 micro-USDC.</param>
public readonly record struct TillStatistics(
    int SessionsOpen, long SessionsAccepted, long SessionsRefused, long TicketsAccepted, long TicketsWon, long TicketsRefused, long ReceiptsSigned,
    ulong BytesServed, ulong BytesPaid, UInt128 ValueScaled);
