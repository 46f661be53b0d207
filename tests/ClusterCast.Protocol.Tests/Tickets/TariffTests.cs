using System.Numerics;
using ClusterCast.Protocol.Tickets;

namespace ClusterCast.Protocol.Tests.Tickets;

public sealed class TariffTests
{
    [Fact]
    public void The_expected_value_is_the_price_within_one_unit_of_2_to_the_minus_64() => Properties.Hold(random =>
    {
        var price = Any(random);
        var bytes = (uint)random.NextInt64(1L << random.Next(1, 33));
        var faceValue = (uint)random.NextInt64(1L << random.Next(1, 33));
        var exact = (BigInteger)price * bytes << 64;
        var denominator = (BigInteger)Tariff.PriceBytes * faceValue;
        if (!Tariff.TryWinProbability(price, bytes, faceValue, out var probability))
        {
            Assert.True(faceValue == 0 || exact / denominator > ulong.MaxValue);
            return;
        }

        Assert.True(probability * denominator <= exact);
        Assert.True((probability + BigInteger.One) * denominator > exact);
        Assert.Equal((BigInteger)probability * faceValue, (BigInteger)Tariff.ScaledValue(probability, faceValue));
        Assert.Equal((BigInteger)price * bytes, (BigInteger)Tariff.CostTimes1E9(price, bytes));
    }, 1_000);

    [Fact]
    public void MaxBytes_is_the_last_number_of_bytes_with_a_probability() => Properties.Hold(random =>
    {
        var price = Any(random);
        var faceValue = (uint)random.NextInt64(1L << random.Next(1, 33));
        var most = Tariff.MaxBytes(price, faceValue);
        Assert.Equal(faceValue != 0, Tariff.TryWinProbability(price, most, faceValue, out _));
        Assert.False(most < uint.MaxValue && Tariff.TryWinProbability(price, most + 1, faceValue, out _));
    }, 1_000);

    private static ulong Any(Random random) => random.Next(10) == 0 ? ulong.MaxValue : (ulong)random.NextInt64() >> random.Next(64);
}
