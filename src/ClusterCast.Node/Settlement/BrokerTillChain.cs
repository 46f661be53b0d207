using System.Collections.Concurrent;
using ClusterCast.Chain;
using ClusterCast.Node.Network;
using ClusterCast.Payments;
using ClusterCast.Protocol.Identifiers;
using PurseState = ClusterCast.Payments.PurseState;

namespace ClusterCast.Node.Settlement;

/// <summary>What a till asks of the chain, remembered for a moment: many sessions of one purse ask at once.</summary>
public sealed class BrokerTillChain(ChainAccess chain, TimeProvider time) : ITillChain
{
    private const int MostEntries = 10_000;
    private static readonly TimeSpan PurseAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TermsAge = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<Address, (long At, PurseState? State)> _purses = new();
    private readonly ConcurrentDictionary<StreamId, (long At, StreamTerms? Terms)> _terms = new();

    /// <inheritdoc/>
    public ValueTask<PurseState?> GetPurseAsync(Address viewingKey, CancellationToken cancellationToken) =>
        ReadAsync(_purses, viewingKey, PurseAge, async cancel =>
        {
            var purse = await chain.Broker.PurseAsync(viewingKey, cancel).ConfigureAwait(false);
            return purse.Exists ? new PurseState(purse.Balance, purse.Exiting, (long)purse.ExitAt) : (PurseState?)null;
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StreamTerms?> GetTermsAsync(StreamId stream, CancellationToken cancellationToken) =>
        ReadAsync(_terms, stream, TermsAge, async cancel =>
        {
            var latest = await chain.StreamKeys.NewestTermsAsync(stream, cancel).ConfigureAwait(false);
            return latest is var (version, terms)
                ? new StreamTerms(version, terms.FloorPrice, (uint)(10_000 - terms.RelayBps - terms.BroadcasterBps))
                : (StreamTerms?)null;
        }, cancellationToken);

    private async ValueTask<TValue?> ReadAsync<TKey, TValue>(
        ConcurrentDictionary<TKey, (long At, TValue? Value)> cache, TKey key, TimeSpan age, Func<CancellationToken, Task<TValue?>> read, CancellationToken cancel)
        where TKey : notnull
        where TValue : struct
    {
        if (cache.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At) < age)
        {
            return entry.Value;
        }

        try
        {
            var value = await read(cancel).ConfigureAwait(false);
            if (cache.Count >= MostEntries)
            {
                cache.Clear();
            }

            cache[key] = (time.GetTimestamp(), value);
            return value;
        }
        catch (ChainException e)
        {
            throw new TillChainException(e.Message, e);
        }
    }
}
