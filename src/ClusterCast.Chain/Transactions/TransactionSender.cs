using System.Numerics;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Signing;

namespace ClusterCast.Chain.Transactions;

/// <summary>
/// Sends the transactions of one account and is the only owner of its nonce: one sender an account and a chain. Safe for concurrent use.
/// Nonces are given in the order in which the node accepts transactions, so a refused one leaves no gap.
/// </summary>
public sealed class TransactionSender
{
    private const int NonceAttempts = 4;

    private readonly EvmClient _client;
    private readonly PrivateKey _key;
    private readonly TimeProvider _time;
    private readonly SenderOptions _options;
    private readonly FeePolicy _fees;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ulong? _chainId;
    private ulong? _next;

    /// <summary>A sender for the account of <paramref name="key"/>.</summary>
    public TransactionSender(EvmClient client, PrivateKey key, TimeProvider? time = null, SenderOptions? options = null)
    {
        _client = client;
        _key = key;
        _time = time ?? TimeProvider.System;
        _options = options ?? new SenderOptions();
        _fees = new FeePolicy(_options);
    }

    /// <summary>The account that pays.</summary>
    public Address Account => _key.Address;

    /// <summary>
    /// Sends a call and waits until it is mined. Throws <see cref="ChainException"/>: <see cref="ChainFault.Reverted"/> when the contract refuses it
    /// (mostly before anything is sent), <see cref="ChainFault.InsufficientFunds"/>, or <see cref="ChainFault.Timeout"/>, after which it may still be mined.
    /// An outage of the node while it waits is sat out.
    /// </summary>
    public async Task<TransactionReceipt> SendAsync(ContractCall call, CancellationToken cancel = default) =>
        await WaitAsync(await SubmitAsync(call, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);

    /// <summary>Sends a call without waiting for its block.</summary>
    public async Task<PendingTransaction> SubmitAsync(ContractCall call, CancellationToken cancel = default)
    {
        var gas = await _client.EstimateGasAsync(call, Account, cancel).ConfigureAwait(false);
        return await SubmitAsync(call, gas + (gas * _options.GasMarginPercent / 100), cancel).ConfigureAwait(false);
    }

    /// <summary>Sends a call with a gas limit of the caller's, for calls that depend on others which still wait.</summary>
    public async Task<PendingTransaction> SubmitAsync(ContractCall call, ulong gasLimit, CancellationToken cancel = default)
    {
        var fees = await _fees.NextAsync(_client, cancel).ConfigureAwait(false);
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            _chainId ??= await _client.ChainIdAsync(cancel).ConfigureAwait(false);
            for (var attempt = 1; ; attempt++)
            {
                _next ??= await _client.TransactionCountAsync(Account, cancel: cancel).ConfigureAwait(false);
                var transaction = new Transaction(_chainId.Value, _next.Value, fees.PriorityFee, fees.MaxFee, gasLimit, call);
                var signed = transaction.Sign(_key);
                var sentAt = _time.GetTimestamp();
                if (await TrySubmitAsync(transaction, signed, attempt, cancel).ConfigureAwait(false))
                {
                    _next++;
                    return new PendingTransaction(transaction, signed.Hash, sentAt);
                }

                _next = null;
            }
        }
        catch
        {
            // Whether the node took it is not known here: the next transaction asks the node for the nonce.
            _next = null;
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits for a submitted transaction, raising its fees when it takes long.</summary>
    public async Task<TransactionReceipt> WaitAsync(PendingTransaction pending, CancellationToken cancel = default)
    {
        var hashes = new List<Hash32> { pending.Hash };
        var current = pending.Transaction;
        var sentAt = pending.SentAt;
        while (true)
        {
            ChainException? outage = null;
            try
            {
                if (await FindReceiptAsync(hashes, cancel).ConfigureAwait(false) is { } receipt)
                {
                    return receipt.Succeeded ? receipt : throw await ExplainAsync(receipt, pending.Transaction.Call, cancel).ConfigureAwait(false);
                }

                if (_time.GetElapsedTime(sentAt) >= _options.BumpAfter && _fees.TryBump(current, out var bumped))
                {
                    sentAt = _time.GetTimestamp();
                    var signed = bumped.Sign(_key);
                    if (await TryReplaceAsync(signed, cancel).ConfigureAwait(false))
                    {
                        current = bumped;
                        hashes.Add(signed.Hash);
                    }
                }
            }
            catch (ChainException e) when (e.Fault is ChainFault.NodeUnreachable or ChainFault.Timeout)
            {
                // The node has the transaction and may come back.
                outage = e;
            }

            if (_time.GetElapsedTime(pending.SentAt) >= _options.Timeout)
            {
                await ForgetNonceAsync(cancel).ConfigureAwait(false);
                throw outage ?? new ChainException(
                    ChainFault.Timeout, $"Transaction {hashes[^1]} was not mined within {_options.Timeout.TotalSeconds:0} s.", "It may still be: look it up before sending it again.");
            }

            await Task.Delay(_options.PollInterval, _time, cancel).ConfigureAwait(false);
        }
    }

    private async Task<TransactionReceipt?> FindReceiptAsync(List<Hash32> hashes, CancellationToken cancel)
    {
        foreach (var hash in hashes)
        {
            if (await _client.ReceiptAsync(hash, cancel).ConfigureAwait(false) is { } receipt)
            {
                return receipt;
            }
        }

        return null;
    }

    // What was lost leaves a gap that only the node can tell of.
    private async Task ForgetNonceAsync(CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        _next = null;
        _gate.Release();
    }

    // False when the nonce was used by somebody else. Decided by asking the node, never by its error text.
    private async Task<bool> TrySubmitAsync(Transaction transaction, SignedTransaction signed, int attempt, CancellationToken cancel)
    {
        try
        {
            await _client.SendRawTransactionAsync(signed.Raw, cancel).ConfigureAwait(false);
            return true;
        }
        catch (ChainException refusal) when (refusal.Fault is ChainFault.RpcError)
        {
            if (await _client.KnowsTransactionAsync(signed.Hash, cancel).ConfigureAwait(false))
            {
                return true;
            }

            var count = await _client.TransactionCountAsync(Account, cancel: cancel).ConfigureAwait(false);
            if (count > transaction.Nonce && attempt < NonceAttempts)
            {
                return false;
            }

            var balance = await _client.BalanceAsync(Account, cancel).ConfigureAwait(false);
            var needed = transaction.Call.Value + (transaction.MaxFee * transaction.GasLimit);
            throw balance >= needed ? refusal : new ChainException(
                ChainFault.InsufficientFunds,
                $"Account {Account} holds {Ether(balance)} ETH and the transaction may cost {Ether(needed)} ETH.",
                "Send it ETH for gas.",
                refusal)
            { RpcCode = refusal.RpcCode };
        }
    }

    // A refused replacement does no harm: the earlier transaction was mined meanwhile, or it still waits.
    private async Task<bool> TryReplaceAsync(SignedTransaction signed, CancellationToken cancel)
    {
        try
        {
            await _client.SendRawTransactionAsync(signed.Raw, cancel).ConfigureAwait(false);
            return true;
        }
        catch (ChainException e) when (e.Fault is ChainFault.RpcError)
        {
            return false;
        }
    }

    // The receipt holds no reason; the same call on the newest state mostly fails for the same one.
    private async Task<ChainException> ExplainAsync(TransactionReceipt receipt, ContractCall call, CancellationToken cancel)
    {
        try
        {
            await _client.CallAsync(call, Account, cancel).ConfigureAwait(false);
        }
        catch (ChainException reason) when (reason.Fault is ChainFault.Reverted)
        {
            return reason;
        }

        return new ChainException(ChainFault.Reverted, $"Transaction {receipt.Hash} reverted, and would not any more.", "Send it again.");
    }

    private static string Ether(BigInteger wei) =>
        ((double)wei / 1e18).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A transaction that the node has accepted and may have mined.</summary>
/// <param name="Transaction">What was sent.</param>
/// <param name="Hash">Its hash; a resubmission with higher fees has another one.</param>
/// <param name="SentAt">Timestamp of the sender's <see cref="TimeProvider"/> right before the node was handed it.</param>
public sealed record PendingTransaction(Transaction Transaction, Hash32 Hash, long SentAt);
