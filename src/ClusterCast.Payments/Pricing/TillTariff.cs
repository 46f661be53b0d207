using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Payments;

/// <summary>What a relay asks for its bytes and how much it lends (spec/tickets.md).</summary>
public sealed record TillTariff
{
    /// <summary>The unit of credit that a new payer starts with, unless two tickets are less.</summary>
    public const uint StartingUnitBytes = 64_000;

    /// <summary>Smallest <see cref="TicketBytes"/>: two leaves, so that a leaf always fits into the credit that is left.</summary>
    public const uint MinTicketBytes = 32_768;

    /// <summary>Largest <see cref="TicketBytes"/> and <see cref="JoiningBurstBytes"/>: one window.</summary>
    public const uint MaxBytes = 32 * 1024 * 1024;

    /// <summary>Throws <see cref="ArgumentException"/> when the parts do not fit together; the message names cause and remedy.</summary>
    /// <param name="price">Micro-USDC per 1e9 bytes; 0 serves for free.</param>
    /// <param name="faceValue">Micro-USDC that a winning ticket pays; above the price of <paramref name="ticketBytes"/>.</param>
    /// <param name="ticketBytes">Bytes after which a ticket is due, once the payer is known: 32,768 to 32 MiB.</param>
    /// <param name="joiningBurstBytes">Bytes lent once to each payer for its first burst, at most 32 MiB.</param>
    public TillTariff(ulong price, uint faceValue, uint ticketBytes = 500_000, uint joiningBurstBytes = 1_000_000)
    {
        if (ticketBytes is < MinTicketBytes or > MaxBytes)
        {
            throw new ArgumentException($"A ticket for {ticketBytes} bytes is out of range: set ticket bytes between {MinTicketBytes} and {MaxBytes}.", nameof(ticketBytes));
        }

        if (joiningBurstBytes > MaxBytes)
        {
            throw new ArgumentException($"A joining burst of {joiningBurstBytes} bytes is too large: set it to at most {MaxBytes}.", nameof(joiningBurstBytes));
        }

        if (price > 0 && Tariff.MaxBytes(price, faceValue) < ticketBytes)
        {
            throw new ArgumentException(
                $"{ticketBytes} bytes at {price} micro-USDC per GB cost at least the face value of {faceValue} micro-USDC: raise the face value, or lower the ticket bytes.", nameof(faceValue));
        }

        Price = price;
        FaceValue = faceValue;
        TicketBytes = ticketBytes;
        JoiningBurstBytes = joiningBurstBytes;
    }

    /// <summary>Micro-USDC per 1e9 bytes.</summary>
    public ulong Price { get; }

    /// <summary>Micro-USDC that a winning ticket pays.</summary>
    public uint FaceValue { get; }

    /// <summary>Bytes after which a ticket is due, once the payer is known.</summary>
    public uint TicketBytes { get; }

    /// <summary>Bytes lent once to each payer.</summary>
    public uint JoiningBurstBytes { get; }

    /// <summary>Whether the relay serves for free.</summary>
    public bool IsFree => Price == 0;

    /// <summary>The most that one payer can owe: the joining burst and the largest unit.</summary>
    public uint LargestCredit => JoiningBurstBytes + (2 * TicketBytes);
}
