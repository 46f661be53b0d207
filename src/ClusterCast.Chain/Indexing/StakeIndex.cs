using System.Collections.Concurrent;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Rpc;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Chain.Indexing;

/// <summary>
/// The stakes of all relays, kept up to date by the events of RelayStaking, so that a question about a stranger costs no request. Call
/// <see cref="UpdateAsync"/> now and then. After a reorganisation of the last block that was read, everything is read again.
/// </summary>
/// <param name="client">The chain node.</param>
/// <param name="staking">The contract.</param>
/// <param name="fromBlock">Where to begin, such as the deployment's block.</param>
public sealed class StakeIndex(EvmClient client, RelayStaking staking, ulong fromBlock)
{
    /// <summary>Staked relays that are known at most; each of them had to pay the least stake.</summary>
    public const int Capacity = 65_536;

    // Public nodes refuse longer ranges.
    private const ulong BlocksAPage = 2_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<Address, ulong> _stakes = new();
    private Block? _last;

    /// <summary>Relays with a stake.</summary>
    public int Count => _stakes.Count;

    /// <summary>Micro-USDC of a node at stake and not leaving, as of the last update; 0 when there is none. Never waits.</summary>
    public ulong StakeOf(Address node) => _stakes.GetValueOrDefault(node);

    /// <summary>Reads up to the newest block. Throws <see cref="ChainException"/>, after which the pages read so far are kept.</summary>
    public async Task UpdateAsync(CancellationToken cancel = default)
    {
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_last is { } last && (await client.BlockAsync(last.Number, cancel).ConfigureAwait(false))?.Hash != last.Hash)
            {
                _stakes.Clear();
                _last = null;
            }

            var newest = await client.BlockNumberAsync(cancel).ConfigureAwait(false);
            while ((_last is { } read ? read.Number + 1 : fromBlock) is var from && from <= newest)
            {
                await ReadPageAsync(from, Math.Min(newest, from + BlocksAPage - 1), cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ReadPageAsync(ulong from, ulong to, CancellationToken cancel)
    {
        // Read before the logs: should the page change meanwhile, the next update sees another hash.
        var end = await client.BlockAsync(to, cancel).ConfigureAwait(false) ?? throw Quantity.Bad($"no block {to}, which it had named before");
        var logs = await client.LogsAsync(new LogFilter([staking.Address], from, to), cancel).ConfigureAwait(false);
        foreach (var node in logs.Select(RelayStakingEvent.Decode).Select(NodeOf).OfType<Address>().Distinct())
        {
            var stake = await staking.StakeOfAsync(node, cancel).ConfigureAwait(false);
            if (stake == 0)
            {
                _stakes.TryRemove(node, out _);
            }
            else if (_stakes.Count < Capacity || _stakes.ContainsKey(node))
            {
                _stakes[node] = stake;
            }
        }

        _last = end;
    }

    private static Address? NodeOf(RelayStakingEvent? happened) => happened switch
    {
        RelayStakingEvent.Registered registered => registered.Node,
        RelayStakingEvent.StakeAdded added => added.Node,
        RelayStakingEvent.Unbonding unbonding => unbonding.Node,
        RelayStakingEvent.StakeWithdrawn withdrawn => withdrawn.Node,
        RelayStakingEvent.Slashed slashed => slashed.Node,
        _ => null,
    };
}
