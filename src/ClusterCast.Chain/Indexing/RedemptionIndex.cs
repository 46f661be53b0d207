using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Indexing;

/// <summary>
/// Adds up the events of the TicketBroker since a block. Call <see cref="UpdateAsync"/> when fresh sums are wanted. After a reorganisation
/// of blocks that were counted, everything is counted again.
/// </summary>
public sealed class RedemptionIndex
{
    // Public nodes refuse longer ranges.
    private const ulong BlocksAPage = 2_000;

    private readonly EvmClient _client;
    private readonly Address _ticketBroker;
    private readonly ulong _fromBlock;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Hash32? _lastBlock;

    /// <summary>An index that begins at a block, such as the deployment's.</summary>
    public RedemptionIndex(EvmClient client, Address ticketBroker, ulong fromBlock)
    {
        _client = client;
        _ticketBroker = ticketBroker;
        _fromBlock = fromBlock;
        Flow = MoneyFlow.Before(fromBlock);
    }

    /// <summary>The sums as of the last update.</summary>
    public MoneyFlow Flow { get; private set; }

    /// <summary>Reads up to the newest block; the sums. Throws <see cref="ChainException"/>, after which the pages read so far are kept.</summary>
    public async Task<MoneyFlow> UpdateAsync(CancellationToken cancel = default)
    {
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_lastBlock is { } last && (await _client.BlockAsync(Flow.Block, cancel).ConfigureAwait(false))?.Hash != last)
            {
                Flow = MoneyFlow.Before(_fromBlock);
                _lastBlock = null;
            }

            var newest = await _client.BlockNumberAsync(cancel).ConfigureAwait(false);
            while (_lastBlock is null ? Flow.Block <= newest : Flow.Block < newest)
            {
                var from = _lastBlock is null ? Flow.Block : Flow.Block + 1;
                await ReadPageAsync(from, Math.Min(newest, from + BlocksAPage - 1), cancel).ConfigureAwait(false);
            }

            return Flow;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ReadPageAsync(ulong from, ulong to, CancellationToken cancel)
    {
        // The hash is read first: should the page change while it is read, the next update sees another hash and counts again.
        var end = await _client.BlockAsync(to, cancel).ConfigureAwait(false) ?? throw Quantity.Bad($"no block {to}, which it had named before");
        var logs = await _client.LogsAsync(new LogFilter([_ticketBroker], from, to, [TicketBrokerEvent.MoneyTopics]), cancel).ConfigureAwait(false);
        var flow = logs.Select(TicketBrokerEvent.Decode).OfType<TicketBrokerEvent>().Aggregate(Flow, (sum, happened) => sum.Plus(happened));
        var transactions = logs.Select(log => log.TransactionHash).Distinct().Count();
        Flow = flow with { Block = to, Transactions = Flow.Transactions + (ulong)transactions };
        _lastBlock = end.Hash;
    }
}
