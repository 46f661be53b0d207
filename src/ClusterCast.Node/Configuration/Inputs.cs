using System.Globalization;
using ClusterCast.Node.Hosting;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Node.Configuration;

/// <summary>Values that users and pages type. Each throws <see cref="NodeException"/> that says what is expected.</summary>
public static class Inputs
{
    /// <summary>A stream: a decimal token id.</summary>
    public static StreamId Stream(string text)
    {
        try
        {
            return StreamId.Parse(text);
        }
        catch (FormatException e)
        {
            throw new NodeException(e.Message, ExitCode.Usage);
        }
    }

    /// <summary>An account: <c>0x</c> and 40 hex digits.</summary>
    public static Address Account(string text) => Address.TryParse(text, out var account)
        ? account
        : throw new NodeException($"'{text}' is not an address: 0x and 40 hex digits are expected.", ExitCode.Usage);

    /// <summary>A whole number such as an amount in micro-USDC; <paramref name="name"/> says which.</summary>
    public static ulong Whole(string text, string name) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new NodeException($"The {name} '{text}' is not a whole number.", ExitCode.Usage);
}
