namespace ClusterCast.Payments.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(0, "$0.00")]
    [InlineData(1, "$0.000001")]
    [InlineData(4_200, "$0.0042")]
    [InlineData(3_000_000, "$3.00")]
    [InlineData(12_345_678, "$12.345678")]
    [InlineData(500_000, "$0.50")]
    public void Money_has_two_decimals_and_no_needless_zeros(ulong microUsdc, string text) => Assert.Equal(text, Money.Format(microUsdc));

    [Fact]
    public void Expected_payments_round_to_a_billionth_of_a_dollar()
    {
        Assert.Equal("$0.0001", Money.FormatScaled((UInt128)100 << 64));
        Assert.Equal("$0.0000005", Money.FormatScaled((UInt128)1 << 63));
        Assert.Equal("$0.000000001", Money.FormatScaled((UInt128)1 << 54));
    }

    [Fact]
    public void Costs_round_to_a_billionth_of_a_dollar()
    {
        Assert.Equal("$0.006", Money.FormatCost((UInt128)1_000_000 * 6_000_000));
        Assert.Equal("$0.000000001", Money.FormatCost(500_000));
        Assert.Equal("$0.00", Money.FormatCost(499_999));
    }

    [Fact]
    public void A_price_is_per_GB() => Assert.Equal("$0.01/GB", Money.FormatPrice(10_000));
}
