using System.Text.Json.Nodes;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Protocol.Tests.Vectors;

/// <summary>Win probabilities, and the offers that have none.</summary>
internal static class TariffVectors
{
    public static JsonObject File() => new()
    {
        ["cases"] = new JsonArray(
            Of(10_000, 500_000, 10_000),
            Of(1_000_000, 250_000, 400),
            Of(1, 1, 1),
            Of(0, 500_000, 10_000),
            Of(10_000, 0, 10_000),
            Of(1, 999_999_999, 1),
            Of(1, 1_000_000_000, 1),
            Of(1, 1_000_000_001, 1),
            Of(3, 333_333_333, 1),
            Of(7, 123_456_789, 13),
            Of(10_000, 500_000, 0),
            Of(0, 0, 0),
            Of(4_294_967_294_999_999_999, 1, uint.MaxValue),
            Of(4_294_967_295_000_000_000, 1, uint.MaxValue),
            Of(999_999_999, uint.MaxValue, uint.MaxValue),
            Of(ulong.MaxValue, uint.MaxValue, uint.MaxValue),
            Of(ulong.MaxValue, 1, 1)),
    };

    private static JsonObject Of(ulong price, uint bytes, uint faceValue) => new()
    {
        ["price"] = price.ToString(),
        ["bytes"] = bytes.ToString(),
        ["faceValue"] = faceValue.ToString(),
        ["winProb"] = Tariff.TryWinProbability(price, bytes, faceValue, out var probability) ? probability.ToString() : "refused",
    };
}
