using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Rpc;

/// <summary>
/// An Ethereum node by JSON-RPC. Safe for concurrent use. Every method throws <see cref="ChainException"/> for what the node
/// or a contract refuses, and <see cref="OperationCanceledException"/> only for the caller's own token.
/// </summary>
public sealed class EvmClient : IDisposable
{
    /// <summary>How long one request may take unless the constructor is told otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private const string Latest = "latest";
    private const string Pending = "pending";

    private readonly JsonRpcConnection _connection;

    /// <summary>A client of the node at an <c>http</c> or <c>https</c> URL; nothing is sent yet.</summary>
    public EvmClient(Uri url, TimeSpan? timeout = null)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
        {
            throw new ChainException(ChainFault.InvalidInput, $"'{url}' is not an RPC URL.", "Use one like http://127.0.0.1:8545.");
        }

        Url = url;
        _connection = new JsonRpcConnection(url, timeout ?? DefaultTimeout);
    }

    /// <summary>Address of the node.</summary>
    public Uri Url { get; }

    /// <summary>The EIP-155 chain id.</summary>
    public Task<ulong> ChainIdAsync(CancellationToken cancel = default) => RequestAsync("eth_chainId", [], Quantity.ULong, cancel);

    /// <summary>Name and version of the node's software.</summary>
    public Task<string> ClientVersionAsync(CancellationToken cancel = default) =>
        RequestAsync("web3_clientVersion", [], Quantity.Text, cancel);

    /// <summary>Number of the newest block.</summary>
    public Task<ulong> BlockNumberAsync(CancellationToken cancel = default) => RequestAsync("eth_blockNumber", [], Quantity.ULong, cancel);

    /// <summary>A block header, the newest one without a number; null when the node does not know it.</summary>
    public Task<Block?> BlockAsync(ulong? number = null, CancellationToken cancel = default) => RequestAsync(
        "eth_getBlockByNumber", [number is { } n ? Quantity.Encode(n) : Latest, false], json => Nullable(json, RpcJson.Block), cancel);

    /// <summary>Wei of an account.</summary>
    public Task<BigInteger> BalanceAsync(Address account, CancellationToken cancel = default) =>
        RequestAsync("eth_getBalance", [account.ToString(), Latest], Quantity.Big, cancel);

    /// <summary>The next nonce of an account, counting what waits in the pool unless <paramref name="mined"/>.</summary>
    public Task<ulong> TransactionCountAsync(Address account, bool mined = false, CancellationToken cancel = default) =>
        RequestAsync("eth_getTransactionCount", [account.ToString(), mined ? Latest : Pending], Quantity.ULong, cancel);

    /// <summary>Transactions in a block; 0 for a block that is not there.</summary>
    public Task<ulong> TransactionsInBlockAsync(ulong number, CancellationToken cancel = default) =>
        RequestAsync("eth_getBlockTransactionCountByNumber", [Quantity.Encode(number)], json => json.ValueKind == System.Text.Json.JsonValueKind.Null ? 0 : Quantity.ULong(json), cancel);

    /// <summary>Runtime code at an address; empty when there is none.</summary>
    public Task<byte[]> CodeAsync(Address contract, CancellationToken cancel = default) =>
        RequestAsync("eth_getCode", [contract.ToString(), Latest], Quantity.Data, cancel);

    /// <summary>Runs a call against the newest state without a transaction.</summary>
    public Task<byte[]> CallAsync(ContractCall call, Address? from = null, CancellationToken cancel = default) =>
        RequestAsync("eth_call", [RpcJson.Call(call, from), Latest], Quantity.Data, cancel);

    /// <summary>Units of gas that a call needs on the newest state.</summary>
    public Task<ulong> EstimateGasAsync(ContractCall call, Address from, CancellationToken cancel = default) =>
        RequestAsync("eth_estimateGas", [RpcJson.Call(call, from), Latest], Quantity.ULong, cancel);

    /// <summary>Base fee of the next block and the median tip of the last five.</summary>
    public Task<FeeEstimate> FeesAsync(CancellationToken cancel = default) =>
        RequestAsync("eth_feeHistory", [Quantity.Encode(5), Latest, new JsonArray(50)], RpcJson.Fees, cancel);

    /// <summary>Hands a signed transaction to the node; its hash.</summary>
    public Task<Hash32> SendRawTransactionAsync(byte[] raw, CancellationToken cancel = default) =>
        RequestAsync("eth_sendRawTransaction", [Hex.Encode(raw)], Quantity.Hash, cancel);

    /// <summary>Whether the node knows a transaction, mined or waiting.</summary>
    public Task<bool> KnowsTransactionAsync(Hash32 hash, CancellationToken cancel = default) =>
        RequestAsync("eth_getTransactionByHash", [hash.ToString()], json => json.ValueKind != JsonValueKind.Null, cancel);

    /// <summary>The receipt of a mined transaction; null while it waits or is unknown.</summary>
    public Task<TransactionReceipt?> ReceiptAsync(Hash32 hash, CancellationToken cancel = default) =>
        RequestAsync("eth_getTransactionReceipt", [hash.ToString()], json => Nullable(json, RpcJson.Receipt), cancel);

    /// <summary>Logs in order of blocks.</summary>
    public Task<IReadOnlyList<EventLog>> LogsAsync(LogFilter filter, CancellationToken cancel = default) => RequestAsync<IReadOnlyList<EventLog>>(
        "eth_getLogs", [RpcJson.Filter(filter)], json => [.. Quantity.Items(json).Select(RpcJson.Log)], cancel);

    /// <summary>A method that only development nodes have, such as <c>evm_mine</c>. The answer is not read.</summary>
    public Task DevelopmentAsync(string method, JsonArray parameters, CancellationToken cancel = default) =>
        RequestAsync(method, parameters, _ => true, cancel);

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task<T> RequestAsync<T>(string method, JsonArray parameters, Func<JsonElement, T> read, CancellationToken cancel)
    {
        using var answer = await _connection.SendAsync(method, parameters, cancel).ConfigureAwait(false);
        return read(answer.RootElement.GetProperty("result"));
    }

    private static T? Nullable<T>(JsonElement json, Func<JsonElement, T> read)
        where T : class => json.ValueKind == JsonValueKind.Null ? null : read(json);
}
