using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Rpc;

/// <summary>Values as JSON-RPC writes them: quantities in minimal hex, data in two digits a byte (Ethereum JSON-RPC specification).</summary>
internal static class Quantity
{
    public static string Encode(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    public static string Encode(BigInteger value) => value.IsZero ? "0x0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');

    public static ulong ULong(JsonElement element)
    {
        var value = Big(element);
        return value <= ulong.MaxValue ? (ulong)value : throw Bad($"the number {value}, which exceeds 64 bits");
    }

    public static BigInteger Big(JsonElement element)
    {
        var text = Text(element);
        return text.Length is > 2 and <= 66 && text.StartsWith("0x", StringComparison.Ordinal)
            && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw Bad("a quantity that is not hex");
    }

    public static byte[] Data(JsonElement element)
    {
        var text = Text(element);
        try
        {
            return text.StartsWith("0x", StringComparison.Ordinal) ? Hex.Decode(text) : throw Bad("data without 0x");
        }
        catch (FormatException)
        {
            throw Bad("data that is not hex");
        }
    }

    public static Hash32 Hash(JsonElement element) => Hash32.TryParse(Text(element), out var hash) ? hash : throw Bad("a hash that is not 32 bytes");

    public static Address Address(JsonElement element) =>
        Protocol.Identifiers.Address.TryParse(Text(element), out var address) ? address : throw Bad("an address that is not 20 bytes");

    /// <summary>A member that must be there.</summary>
    public static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : throw Bad($"an object without '{name}'");

    /// <summary>A member that may be absent or null.</summary>
    public static JsonElement? Optional(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static IEnumerable<JsonElement> Items(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw Bad("no list where one is expected");

    public static ChainException Bad(string what) => new(
        ChainFault.BadResponse, $"The Ethereum node answered with {what}.", "Check that the RPC URL is that of an Ethereum JSON-RPC node.");

    public static string Text(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Bad("no text where it is expected");
}
