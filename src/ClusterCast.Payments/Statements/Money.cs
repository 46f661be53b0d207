using System.Globalization;
using System.Numerics;

namespace ClusterCast.Payments;

/// <summary>Money in numbers that people can read.</summary>
public static class Money
{
    /// <summary>Micro-USDC as dollars: at least two decimals, no needless zeros, so <c>$3.00</c>, <c>$0.0042</c>, <c>$0.000001</c>.</summary>
    public static string Format(UInt128 microUsdc) => Fixed(microUsdc, 6);

    /// <summary>Expected payments in 2^-64 micro-USDC, to 1e-9 of a dollar, rounded to nearest.</summary>
    public static string FormatScaled(UInt128 scaled) => Fixed((UInt128)((((BigInteger)scaled * 1000) + (BigInteger.One << 63)) >> 64), 9);

    /// <summary>Costs in 1e-9 micro-USDC, to 1e-9 of a dollar, rounded to nearest.</summary>
    public static string FormatCost(UInt128 costTimes1E9) => Fixed((costTimes1E9 + 500_000) / 1_000_000, 9);

    /// <summary>A price per GB as a price per GB: <c>$0.01/GB</c>.</summary>
    public static string FormatPrice(ulong price) => Format(price) + "/GB";

    /// <summary>Bytes as MB (1e6) with one decimal: <c>12.3 MB</c>.</summary>
    public static string FormatMegabytes(ulong bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB";

    private static string Fixed(UInt128 value, int decimals)
    {
        var unit = UInt128.Parse("1" + new string('0', decimals), CultureInfo.InvariantCulture);
        var fraction = (value % unit).ToString(CultureInfo.InvariantCulture).PadLeft(decimals, '0').TrimEnd('0').PadRight(2, '0');
        return $"${value / unit}.{fraction}";
    }
}
