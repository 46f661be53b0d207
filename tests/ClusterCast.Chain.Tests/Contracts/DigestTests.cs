using System.Text.Json.Nodes;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Tests.Contracts;

public class DigestTests
{
    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000c1");
    private static readonly Address Alice = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Address Bob = Address.Parse("0x2222222222222222222222222222222222222222");

    [Fact]
    public async Task Digests_equal_those_of_viem()
    {
        var nonce = Keccak256.Hash("nonce"u8);
        var receive = new ReceiveAuthorization(Alice, Bob, 3_000_000, 5, 1_900_000_000, nonce).Digest(new UsdcDomain("USD Coin", "2", 8453, Contract));
        var withdraw = new WithdrawAuthorization(Alice, Bob, 50_000, 1_000, 3, 1_900_000_000).Digest(new Eip712Domain("ClusterCast TicketBroker", 8453, Contract));

        var expected = await ViemOracle.AskAsync(
        [
            Typed("USD Coin", "2", "ReceiveWithAuthorization", "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce", Alice, Bob, 3_000_000, 5, 1_900_000_000, nonce),
            Typed("ClusterCast TicketBroker", "1", "Withdraw", "address account,address to,uint256 amount,uint256 fee,uint256 nonce,uint256 deadline", Alice, Bob, 50_000, 1_000, 3, 1_900_000_000),
        ]);

        Assert.Equal(expected, [receive.ToString(), withdraw.ToString()]);
    }

    private static JsonObject Typed(string name, string version, string type, string fields, params object[] values)
    {
        var members = fields.Split(',').Select(field => field.Split(' ')).ToArray();
        return new JsonObject
        {
            ["kind"] = "typed",
            ["typed"] = new JsonObject
            {
                ["domain"] = new JsonObject { ["name"] = name, ["version"] = version, ["chainId"] = 8453, ["verifyingContract"] = Contract.ToString() },
                ["types"] = new JsonObject { [type] = new JsonArray([.. members.Select(member => (JsonNode)new JsonObject { ["type"] = member[0], ["name"] = member[1] })]) },
                ["primaryType"] = type,
                ["message"] = new JsonObject(members.Zip(values, (member, value) => KeyValuePair.Create(member[1], (JsonNode?)value.ToString()))),
            },
        };
    }
}
