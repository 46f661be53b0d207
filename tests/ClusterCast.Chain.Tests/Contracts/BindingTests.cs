using System.Reflection;
using System.Text.Json;
using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Devnet;

namespace ClusterCast.Chain.Tests.Contracts;

/// <summary>The hand-written signatures against the ABI of the compiled contracts.</summary>
public class BindingTests
{
    [Theory]
    [InlineData(typeof(TicketBroker), "TicketBroker")]
    [InlineData(typeof(StreamKeys), "StreamKeys")]
    [InlineData(typeof(RelayStaking), "RelayStaking")]
    [InlineData(typeof(FraudProofs), "FraudProofs")]
    [InlineData(typeof(Usdc), "FiatTokenV2_2")]
    public void Every_function_is_in_the_contract(Type binding, string contract)
    {
        var functions = Entries(contract, "function").ToDictionary(Signature, entry => Types(entry.GetProperty("outputs")));
        var bound = Statics<AbiFunction>(binding);
        Assert.NotEmpty(bound);
        foreach (var function in bound)
        {
            Assert.True(functions.TryGetValue(function.Signature, out var outputs), $"{contract} has no {function.Signature}.");

            // A call that is sent as a transaction returns nothing to us, so its results may be left out.
            Assert.True(function.Outputs.Members.Count == 0 || function.Outputs.ToString() == outputs, $"{function.Signature} returns {outputs}.");
        }
    }

    [Theory]
    [InlineData(typeof(TicketBrokerEvents), "TicketBroker")]
    [InlineData(typeof(StreamKeys), "StreamKeys")]
    [InlineData(typeof(FraudProofs), "FraudProofs")]
    public void Every_event_is_in_the_contract_with_the_same_indexed_members(Type binding, string contract)
    {
        var events = Entries(contract, "event").ToDictionary(
            Signature, entry => string.Concat(entry.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("indexed").GetBoolean() ? 'i' : '-')));
        foreach (var bound in Statics<AbiEvent>(binding))
        {
            Assert.True(events.TryGetValue(bound.Signature, out var indexed), $"{contract} has no {bound.Signature}.");
            Assert.Equal(indexed, string.Concat(bound.Indexed.Select(isIndexed => isIndexed ? 'i' : '-')));
        }
    }

    [Theory]
    [InlineData("TicketBroker")]
    [InlineData("StreamKeys")]
    [InlineData("RelayStaking")]
    [InlineData("FraudProofs")]
    public void Every_error_of_the_contract_has_its_sentence(string contract)
    {
        foreach (var entry in Entries(contract, "error"))
        {
            var inputs = AbiSignature.Arguments(Signature(entry));
            var values = inputs.Members.Select(type => type is AbiUint ? (object)new System.Numerics.BigInteger(1_700_000_000) : default(Protocol.Identifiers.Address)).ToArray();
            var data = new AbiFunction(Signature(entry)).Encode(values);
            var failure = ContractErrors.Explain(data);
            Assert.Equal(entry.GetProperty("name").GetString(), failure.ErrorName);
            Assert.Equal(ChainFault.Reverted, failure.Fault);
        }
    }

    private static IEnumerable<JsonElement> Entries(string contract, string type) =>
        JsonDocument.Parse(ContractArtifact.Load(contract).Abi).RootElement.EnumerateArray().Where(entry => entry.GetProperty("type").GetString() == type);

    private static string Signature(JsonElement entry) => entry.GetProperty("name").GetString() + Types(entry.GetProperty("inputs"));

    private static string Types(JsonElement parameters) => "(" + string.Join(',', parameters.EnumerateArray().Select(TypeOf)) + ")";

    private static string TypeOf(JsonElement parameter)
    {
        var type = parameter.GetProperty("type").GetString()!;
        return type.StartsWith("tuple", StringComparison.Ordinal) ? Types(parameter.GetProperty("components")) + type["tuple".Length..] : type;
    }

    private static T[] Statics<T>(Type type) =>
        [.. type.GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(field => field.FieldType == typeof(T)).Select(field => (T)field.GetValue(null)!)];
}
