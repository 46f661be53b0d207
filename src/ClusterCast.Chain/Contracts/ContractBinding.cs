using ClusterCast.Chain.Abi;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Contracts;

/// <summary>A contract at an address. Methods named <c>…Async</c> read the newest state; those that return a <see cref="ContractCall"/> are sent by a <c>TransactionSender</c>.</summary>
public abstract class ContractBinding
{
    private protected ContractBinding(EvmClient client, Address address)
    {
        Client = client;
        Address = address;
    }

    /// <summary>Where the contract is.</summary>
    public Address Address { get; }

    /// <summary>The node that is asked.</summary>
    public EvmClient Client { get; }

    private protected async Task<AbiValues> ReadAsync(AbiFunction function, CancellationToken cancel, IReadOnlyList<object> arguments) =>
        function.Decode(await Client.CallAsync(Call(function, arguments), null, cancel).ConfigureAwait(false));

    private protected ContractCall Call(AbiFunction function, IReadOnlyList<object> arguments) => new(Address, function.Encode(arguments));
}
