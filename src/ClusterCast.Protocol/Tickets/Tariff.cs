using System.Numerics;

namespace ClusterCast.Protocol.Tickets;

/// <summary>Prices, probabilities and values (spec/tickets.md). Money is micro-USDC, prices are micro-USDC per 1e9 bytes.</summary>
public static class Tariff
{
    /// <summary>The bytes that a price refers to.</summary>
    public const ulong PriceBytes = 1_000_000_000;

    /// <summary>
    /// <c>floor(price * bytes * 2^64 / (1e9 * faceValue))</c>; false when that is 2^64 or more, so the bytes cost at least the face value,
    /// or when <paramref name="faceValue"/> is 0.
    /// </summary>
    public static bool TryWinProbability(ulong price, uint bytes, uint faceValue, out ulong winProbability)
    {
        winProbability = 0;
        if (faceValue == 0)
        {
            return false;
        }

        var scaled = ((BigInteger)price * bytes << 64) / ((BigInteger)PriceBytes * faceValue);
        if (scaled > ulong.MaxValue)
        {
            return false;
        }

        winProbability = (ulong)scaled;
        return true;
    }

    /// <summary>Expected payment of a ticket in units of 2^-64 micro-USDC.</summary>
    public static UInt128 ScaledValue(ulong winProbability, uint faceValue) => (UInt128)winProbability * faceValue;

    /// <summary>The exact price of some bytes, in micro-USDC as a fraction over 1e9.</summary>
    public static UInt128 CostTimes1E9(ulong price, ulong bytes) => (UInt128)price * bytes;

    /// <summary>The largest number of bytes that one ticket can pay at this price; 0 when <paramref name="faceValue"/> is 0.</summary>
    public static uint MaxBytes(ulong price, uint faceValue) => faceValue == 0 ? 0
        : price == 0 ? uint.MaxValue
        : (uint)UInt128.Min(uint.MaxValue, (((UInt128)PriceBytes * faceValue) - 1) / price);
}
