namespace ClusterCast.Mesh.Transports.Quic;

/// <summary>
/// Tries QUIC, and TLS beside it when QUIC has given no answer for a moment; whichever is ready first wins, the other one is closed. Where QUIC has lost it is
/// left out for a while, which doubles each time.
/// </summary>
internal sealed class QuicFirst(TimeProvider time)
{
    /// <summary>How long QUIC is alone; with TLS after it, the whole takes less than a second.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(300);

    private const int Capacity = 256;
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, (long At, TimeSpan Wait)> _failed = [];

    /// <summary>Whether QUIC has failed at this address and is not tried again yet.</summary>
    public bool IsResting(string address)
    {
        lock (_failed)
        {
            return _failed.TryGetValue(address, out var failed) && time.GetElapsedTime(failed.At) < failed.Wait;
        }
    }

    /// <summary>Dials both ways. Throws what QUIC threw when both fail.</summary>
    public async Task<ITransport> DialAsync(
        string address, Func<CancellationToken, Task<ITransport>> quic, Func<CancellationToken, Task<ITransport>> tls, CancellationToken cancel)
    {
        if (IsResting(address))
        {
            return await tls(cancel);
        }

        using var losing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var first = quic(losing.Token);
        await Task.WhenAny(first, Task.Delay(HeadStart, time, losing.Token));
        if (first.IsCompletedSuccessfully)
        {
            Forget(address);
            await losing.CancelAsync();
            return await first;
        }

        var second = tls(losing.Token);
        var winner = await Task.WhenAny(first, second);
        if (!winner.IsCompletedSuccessfully)
        {
            winner = winner == first ? second : first;
            await winner.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await losing.CancelAsync();
        var loser = winner == first ? second : first;
        _ = loser.ContinueWith(
            static async late =>
            {
                if (late.IsCompletedSuccessfully)
                {
                    await late.Result.DisposeAsync();
                }

                _ = late.Exception;
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        if (!winner.IsCompletedSuccessfully)
        {
            return await first;
        }

        if (winner == first)
        {
            Forget(address);
        }
        else
        {
            Remember(address);
        }

        return await winner;
    }

    private void Remember(string address)
    {
        lock (_failed)
        {
            if (_failed.Count >= Capacity && !_failed.ContainsKey(address))
            {
                _failed.Remove(_failed.MinBy(failed => failed.Value.At).Key);
            }

            var rest = _failed.TryGetValue(address, out var before) ? before.Wait * 2 : FirstRest;
            _failed[address] = (time.GetTimestamp(), rest < LongestRest ? rest : LongestRest);
        }
    }

    private void Forget(string address)
    {
        lock (_failed)
        {
            _failed.Remove(address);
        }
    }
}
