using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Deployments;
using ClusterCast.Chain.Rpc;
using ClusterCast.Chain.Tests.Abi;
using ClusterCast.Chain.Tests.Support;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Tests.Contracts;

/// <summary>The generated bindings against the artifacts, viem and the contracts on a real chain.</summary>
public class BindingTests(DevnetFixture chain)
{
    public static TheoryData<string> Contracts => [.. GeneratedContract.All.Select(contract => contract.Type.Name)];

    public static TheoryData<string> Own => [.. GeneratedContract.All.Where(contract => contract.IsOwn).Select(contract => contract.Type.Name)];

    public static TheoryData<string> Deployed => [.. GeneratedContract.All.Select(contract => contract.Type.Name).Where(name => typeof(Deployment).GetProperty(name)?.PropertyType == typeof(Address))];

    [Fact]
    public void Every_contract_of_ours_has_bindings() => Assert.Equal(
        Directory.GetFiles(Path.Combine(Repository.Root, "contracts", "src"), "*.sol").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal),
        GeneratedContract.All.Where(contract => contract.IsOwn).Select(contract => contract.Type.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Contracts))]
    public void Functions_events_and_errors_are_those_of_the_contract(string name)
    {
        var contract = Contract(name);
        Assert.Equal(
            contract.Entries("function").Select(entry => $"{entry.GetProperty("name").GetString()}{GeneratedContract.Types(entry.GetProperty("inputs"))} -> {GeneratedContract.Types(entry.GetProperty("outputs"))}").Order(StringComparer.Ordinal),
            contract.Functions.Select(function => $"{function.Signature} -> {function.Outputs}").Order(StringComparer.Ordinal));
        Assert.Equal(
            contract.Entries("event").Select(entry => string.Concat(entry.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("indexed").GetBoolean() ? 'i' : '-')) + entry.GetProperty("name").GetString()).Order(StringComparer.OrdinalIgnoreCase),
            contract.Events.Select(item => string.Concat(item.Abi.Indexed.Select(isIndexed => isIndexed ? 'i' : '-')) + item.Record.Name).Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.OrdinalIgnoreCase);
        Assert.Equal(contract.Signatures("event").Order(StringComparer.Ordinal), contract.Events.Select(item => item.Abi.Signature).Order(StringComparer.Ordinal));
        Assert.Equal(contract.Signatures("error").Order(StringComparer.Ordinal), contract.Errors.Select(item => item.Abi.Signature).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Selectors_are_those_of_the_compiler(string name)
    {
        var contract = Contract(name);
        var expected = contract.Artifact.GetProperty("methodIdentifiers").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString());
        Assert.Equal(expected.Count, contract.Functions.Count);
        Assert.All(contract.Functions, function => Assert.Equal(expected[function.Signature], function.Selector.ToString("x8", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Selectors_and_topics_are_those_of_viem()
    {
        var selectors = GeneratedContract.All.SelectMany(contract => contract.Functions.Select(item => (item.Signature, item.Selector)).Concat(contract.Errors.Select(item => (item.Abi.Signature, item.Abi.Selector))))
            .Select(item => ("selector", item.Signature, "0x" + item.Selector.ToString("x8", CultureInfo.InvariantCulture)));
        var topics = GeneratedContract.All.SelectMany(contract => contract.Events).Select(item => ("topic", item.Abi.Signature, item.Abi.Topic.ToString()));
        (string Kind, string Signature, string Answer)[] all = [.. selectors, .. topics];
        var expected = await ViemOracle.AskAsync(all.Select(item => new JsonObject { ["kind"] = item.Kind, ["signature"] = item.Signature }));
        Assert.Equal(expected, all.Select(item => item.Answer));
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task Every_call_is_encoded_as_viem_does(string name)
    {
        var contract = Contract(name);
        using var client = new EvmClient(new Uri("http://127.0.0.1:1"));
        var binding = Activator.CreateInstance(contract.Type, client, default(Address))!;
        var bySelector = contract.Functions.ToDictionary(function => function.Selector);
        var calls = contract.Calls.Select(method =>
        {
            // What a payable function takes besides is no argument of the contract.
            var samples = GeneratedContract.Samples(method.GetParameters());
            var data = ((ContractCall)method.Invoke(binding, samples)!).Data;
            var function = bySelector[uint.Parse(Hex.Encode(data.AsSpan(0, 4))[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)];
            return (function.Signature, Data: Hex.Encode(data), Values: samples.Take(function.Inputs.Members.Count).Select(GeneratedContract.ToAbi).ToArray());
        }).ToArray();
        var writes = contract.Entries("function").Count(entry => entry.GetProperty("stateMutability").GetString() is not ("view" or "pure"));
        Assert.Equal(writes, calls.Select(call => call.Signature).Distinct().Count());

        var expected = await ViemOracle.AskAsync(calls.Select(call => new JsonObject { ["kind"] = "call", ["signature"] = call.Signature, ["values"] = AbiCases.Json(call.Values) }));
        Assert.Equal(expected, calls.Select(call => call.Data));
    }

    [Theory]
    [MemberData(nameof(Deployed))]
    public async Task Every_read_is_answered_by_the_deployed_contract_in_its_type(string name)
    {
        var contract = Contract(name);
        var address = (Address)typeof(Deployment).GetProperty(name)!.GetValue(chain.Deployment)!;
        var binding = Activator.CreateInstance(contract.Type, chain.Client, address)!;
        var answered = 0;
        foreach (var method in contract.Reads)
        {
            var parameters = method.GetParameters();
            try
            {
                await (Task)method.Invoke(binding, [.. GeneratedContract.Samples(parameters[..^1]), CancellationToken.None])!;
                answered++;
            }
            catch (ChainException e) when (e.Fault is ChainFault.Reverted && parameters.Length > 1)
            {
                // The contract read the arguments and does not know such a token.
            }
        }

        Assert.True(answered > 0);
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void Every_event_is_read_from_its_log(string name)
    {
        foreach (var (record, abi) in Contract(name).Events)
        {
            var constructor = record.GetConstructors()[0].GetParameters()[1..];
            var samples = GeneratedContract.Samples(constructor);
            var members = AbiSignature.Arguments(abi.Signature).Members.Select((type, i) => (Type: type, Value: GeneratedContract.ToAbi(samples[i]), Indexed: abi.Indexed[i])).ToArray();
            var data = members.Where(member => !member.Indexed).ToArray();
            var topics = members.Where(member => member.Indexed).Select(member => member.Value is Hash32 hash ? hash : Hash32.From(AbiEncoder.Encode(new AbiTuple([member.Type]), [member.Value])));
            var log = new EventLog(default, [abi.Topic, .. topics], AbiEncoder.Encode(new AbiTuple([.. data.Select(member => member.Type)]), [.. data.Select(member => member.Value)]), 1, default, default, 0);

            var decoded = record.BaseType!.GetMethod("Decode")!.Invoke(null, [log])!;

            Assert.IsType(record, decoded);
            AssertMembers(constructor, samples, decoded);
            Assert.Null(record.BaseType!.GetMethod("Decode")!.Invoke(null, [log with { Topics = [default] }]));
        }
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void Every_error_is_read_from_its_revert_data(string name)
    {
        foreach (var (record, abi) in Contract(name).Errors)
        {
            var constructor = record.GetConstructors()[0].GetParameters();
            var samples = GeneratedContract.Samples(constructor);
            var data = new AbiFunction(abi.Signature).Encode([.. samples.Select(GeneratedContract.ToAbi)]);

            Assert.True(abi.Matches(data));
            var decoded = record.GetMethod("FromAbi")!.Invoke(null, [abi.Decode(data)])!;

            AssertMembers(constructor, samples, decoded);
        }
    }

    [Fact]
    public void Every_error_of_our_contracts_has_its_sentence()
    {
        var errors = GeneratedContract.All.Where(contract => contract.IsOwn).SelectMany(contract => contract.Errors).ToArray();
        Assert.NotEmpty(errors);
        foreach (var (record, abi) in errors)
        {
            var values = GeneratedContract.Samples(record.GetConstructors()[0].GetParameters()).Select(GeneratedContract.ToAbi).ToArray();
            var failure = ContractErrors.Explain(new AbiFunction(abi.Signature).Encode(values));
            Assert.Equal((ChainFault.Reverted, abi.Name), (failure.Fault, failure.ErrorName));
            Assert.EndsWith(".", failure.Cause);
            Assert.EndsWith(".", failure.Remedy);
        }
    }

    [Fact]
    public void A_number_beyond_its_type_is_refused_when_it_is_read()
    {
        var data = new AbiFunction("ExitNotDue(uint256)").Encode(System.Numerics.BigInteger.One << 64);
        var e = Assert.Throws<ChainException>(() => TicketBrokerError.Decode(data));
        Assert.Equal(ChainFault.BadResponse, e.Fault);
        Assert.Null(TicketBrokerError.Decode([1, 2, 3]));
    }

    private static GeneratedContract Contract(string name) => GeneratedContract.All.Single(contract => contract.Type.Name == name);

    private static void AssertMembers(ParameterInfo[] members, object[] expected, object record)
    {
        foreach (var (member, value) in members.Zip(expected))
        {
            Assert.Equal(GeneratedContract.ToAbi(value), GeneratedContract.ToAbi(record.GetType().GetProperty(member.Name!)!.GetValue(record)!));
        }
    }
}
