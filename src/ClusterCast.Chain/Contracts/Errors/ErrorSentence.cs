using System.Globalization;
using System.Numerics;
using ClusterCast.Chain.Abi;

namespace ClusterCast.Chain.Contracts;

/// <summary>An error in words: the cause, then what to do.</summary>
internal sealed record ErrorSentence(AbiError Error, Func<AbiValues, string> Cause, string Remedy)
{
    public static ErrorSentence Say<T>(string cause, string remedy)
        where T : IContractError<T> => Say<T>(_ => cause, remedy);

    public static ErrorSentence Say<T>(Func<T, string> cause, string remedy)
        where T : IContractError<T> => new(T.Abi, values => cause(T.FromAbi(values)), remedy);

    /// <summary>Micro-USDC in dollars.</summary>
    public static string Usd(BigInteger micro) => "$" + Shifted(micro, 6);

    /// <summary>An amount of STREAM.</summary>
    public static string Stream(BigInteger amount) => Shifted(amount, 18) + " STREAM";

    /// <summary>Unix seconds.</summary>
    public static string Time(BigInteger seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)BigInteger.Min(seconds, 253402300799)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    // No decimal: amounts of 256 bits do not fit one.
    private static string Shifted(BigInteger amount, int decimals)
    {
        var digits = amount.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return $"{digits[..^decimals]}.{digits[^decimals..]}".TrimEnd('0').TrimEnd('.');
    }
}
