using ClusterCast.Node.Hosting;
using ClusterCast.Node.Tests.Support;
using ClusterCast.Node.Wallet;

namespace ClusterCast.Node.Tests.Wallet;

public sealed class WalletAmountTests
{
    [Theory]
    [InlineData("3", 3_000_000)]
    [InlineData("2.50", 2_500_000)]
    [InlineData("0.000001", 1)]
    [InlineData("50", 50_000_000)]
    [InlineData("50.000000", 50_000_000)]
    [InlineData("49.999999", 49_999_999)]
    [InlineData(".5", 500_000)]
    public void An_amount_is_exact_in_micro_USDC(string text, ulong expected) => Assert.Equal(expected, WalletCommands.Amount(text));

    [Theory]
    [InlineData("0")]
    [InlineData("0.000000")]
    public void Nothing_is_refused(string text) => Sentence.Refused(ExitCode.Usage, () => WalletCommands.Amount(text), "deposit of 0", "up to 50");

    [Theory]
    [InlineData("50.000001")]
    [InlineData("51")]
    [InlineData("1000000")]
    [InlineData("79228162514264337593543950335")]
    public void More_than_the_cap_is_refused(string text) => Sentence.Refused(ExitCode.Usage, () => WalletCommands.Amount(text), text, "at most 50");

    [Theory]
    [InlineData("")]
    [InlineData("three")]
    [InlineData("-3")]
    [InlineData("+3")]
    [InlineData("1e1")]
    [InlineData("3,5")]
    [InlineData("$3")]
    [InlineData("0.0000001")]
    [InlineData("1.1234567")]
    [InlineData("792281625142643375935439503350")]
    public void Anything_else_is_refused_with_an_example(string text) => Sentence.Refused(ExitCode.Usage, () => WalletCommands.Amount(text), $"'{text}'", "3 or 2.50");
}
