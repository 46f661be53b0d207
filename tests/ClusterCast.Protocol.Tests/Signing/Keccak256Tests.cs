using System.Text;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;
using ClusterCast.Protocol.Tests.Vectors;

namespace ClusterCast.Protocol.Tests.Signing;

public sealed class Keccak256Tests
{
    // ShortMsgKAT_256.txt of the Keccak team's submission package.
    [Theory]
    [InlineData("0x", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("0xcc", "0xeead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a")]
    [InlineData("0x41fb", "0xa8eaceda4d47b3281a795ad9e1ea2122b407baf9aabcb9e18b5717b7873537d2")]
    public void Official_answers(string message, string hash) => Assert.Equal(hash, Keccak256.Hash(Hex.Decode(message)).ToString());

    [Fact]
    public void Answer_of_abc() => Assert.Equal(
        "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45", Keccak256.Hash(Encoding.ASCII.GetBytes("abc")).ToString());

    // Around the block of 136 bytes; answers by viem.
    [Theory]
    [InlineData(1, "0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a")]
    [InlineData(135, "0x76b35d7ca45fde42bfd23f43f995d718c15b8b041f5e5ecfa78c47d12c38b341")]
    [InlineData(136, "0xb26a8c0d3be9cddfb82f82558944fb9a5b9fd35e0dced2b855f100512e9c4ce6")]
    [InlineData(137, "0x2a3742e2994779ce26292e82ea490ab61217dd828b4146f2e9d4e1b21507853d")]
    [InlineData(271, "0x3093fc112aa99b355ed17fc9a1ce681fef7d0057587ca049d4a0f56c53dfbc71")]
    [InlineData(272, "0x5e69ed7f799a11af5230d504bb7d57d3a6f4581ae7cc668073f50fd192d5a7de")]
    [InlineData(273, "0xdd981865b7037bbe79c28f83ca7dc721f33874a2834f798d0db2a3830df402f5")]
    [InlineData(5000, "0xf46cf67f70794559d550e795836f5dfd29289d9a682797914342d264bc1824dd")]
    public void Answers_around_the_block_size(int length, string hash) => Assert.Equal(hash, Keccak256.Hash(Known.Bytes(0, length)).ToString());
}
