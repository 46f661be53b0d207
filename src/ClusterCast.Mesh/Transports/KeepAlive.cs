using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Transports;

/// <summary>Watches over the silence of one connection: pings, measures the round trip, and tells when the peer was silent for too long.</summary>
internal sealed class KeepAlive(TimeProvider time, TimeSpan idleAfter)
{
    private long _heardAt = time.GetTimestamp();
    private long _pingedAt;

    /// <summary>The last measured round trip; null before the first.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>Whether nothing was heard for too long.</summary>
    public bool IsIdle => time.GetElapsedTime(Volatile.Read(ref _heardAt)) > idleAfter;

    /// <summary>Whether a ping is due: three in the time of silence that is borne.</summary>
    public bool IsPingDue => time.GetElapsedTime(Volatile.Read(ref _pingedAt)) > idleAfter / 3;

    /// <summary>A frame came.</summary>
    public void Heard() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>The ping to send now.</summary>
    public Ping CreatePing()
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref _pingedAt, now);
        return new Ping((ulong)now);
    }

    /// <summary>A pong came; one that answers no ping is ignored.</summary>
    public void Take(in Pong pong)
    {
        var pingedAt = Volatile.Read(ref _pingedAt);
        if (pong.Value == (ulong)pingedAt)
        {
            RoundTrip = time.GetElapsedTime(pingedAt);
        }
    }
}
