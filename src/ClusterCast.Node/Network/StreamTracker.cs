using ClusterCast.Chain;
using ClusterCast.Chain.Contracts;
using ClusterCast.Chain.Indexing;
using ClusterCast.Protocol.Identifiers;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Node.Network;

/// <summary>
/// Reads the signing keys of every stream that exists, and of new ones as they appear, so that the first head of a stream finds its key in memory.
/// </summary>
public sealed class StreamTracker : IAsyncDisposable
{
    private const ulong MostStreams = 1_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly StreamKeys _contract;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;
    private ulong _known;

    private StreamTracker(StreamKeys contract, ulong known, SigningKeyDirectory keys, TimeProvider time, ILogger log)
    {
        _contract = contract;
        _known = known;
        Keys = keys;
        _time = time;
        _log = log;
        _work = RunAsync();
    }

    /// <summary>The keys.</summary>
    public SigningKeyDirectory Keys { get; }

    /// <summary>Reads the streams that exist. Throws <see cref="ChainException"/>.</summary>
    public static async Task<StreamTracker> OpenAsync(ChainAccess chain, TimeProvider time, ILogger log, CancellationToken stop)
    {
        var keys = new SigningKeyDirectory(chain.StreamKeys, time);
        try
        {
            var known = await TrackFromAsync(chain.StreamKeys, keys, 0, stop).ConfigureAwait(false);
            return new StreamTracker(chain.StreamKeys, known, keys, time, log);
        }
        catch
        {
            await keys.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        await Keys.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static async Task<ulong> TrackFromAsync(StreamKeys contract, SigningKeyDirectory keys, ulong known, CancellationToken stop)
    {
        var supply = Math.Min(await contract.TotalSupplyAsync(stop).ConfigureAwait(false), MostStreams);
        for (; known < supply; known++)
        {
            await keys.TrackAsync(new StreamId(known + 1), stop).ConfigureAwait(false);
        }

        return known;
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    _known = await TrackFromAsync(_contract, Keys, _known, _stop.Token).ConfigureAwait(false);
                }
                catch (ChainException e)
                {
                    _log.LogWarning("New streams could not be read: {Reason}", e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The role ends.
        }
    }
}
