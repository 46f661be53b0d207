namespace ClusterCast.Payments;

/// <summary>The epochs of a deployment: <c>floor(Unix seconds / epochSeconds)</c> (spec/tickets.md).</summary>
public sealed class EpochClock
{
    /// <summary>Epochs of <paramref name="epochSeconds"/> seconds. Throws <see cref="ArgumentOutOfRangeException"/> for 0.</summary>
    public EpochClock(TimeProvider time, uint epochSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(epochSeconds);
        Time = time;
        EpochSeconds = epochSeconds;
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Length of an epoch in seconds.</summary>
    public uint EpochSeconds { get; }

    /// <summary>Unix ms.</summary>
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Unix seconds.</summary>
    public long NowSeconds => NowMs / 1000;

    /// <summary>The epoch of this moment.</summary>
    public uint Current => (uint)(NowSeconds / EpochSeconds);

    /// <summary>First second of an epoch, Unix seconds.</summary>
    public long StartOf(uint epoch) => (long)epoch * EpochSeconds;

    /// <summary>The Unix second at which tickets of <paramref name="epoch"/> can no longer be redeemed: the end of the next epoch.</summary>
    public long DeathOf(uint epoch) => ((long)epoch + 2) * EpochSeconds;
}
