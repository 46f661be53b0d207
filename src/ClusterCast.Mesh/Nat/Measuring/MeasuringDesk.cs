using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Measuring;

/// <summary>Measures its link for one peer (spec/wire.md, Measuring). Called on the connection's receive loop.</summary>
internal sealed class MeasuringDesk(PeerConnection peer, MeasuringBudget budget, TimeProvider time)
{
    private long _spent;
    private uint _received;
    private long _receivedSince;
    private bool _refused;

    /// <summary>The peer asks for padding, or for the time.</summary>
    public void OnMeasure(in Measure measure)
    {
        if (measure.ByteCount == 0 || !TrySpend(measure.ByteCount))
        {
            peer.Send(Measured(0, 0));
            return;
        }

        var byteCount = measure.ByteCount;
        PaddingSource? source = null;
        source = new PaddingSource(byteCount, batch =>
        {
            batch.Add(Measured(byteCount, 0));
            peer.Remove(source!);
            budget.Release(this);
        });
        peer.Add(source);
    }

    /// <summary>The peer sends padding.</summary>
    public void OnPadding(in Padding padding)
    {
        if (_received == 0 && !_refused)
        {
            _receivedSince = time.GetTimestamp();
        }

        _refused = _refused || !TrySpend(padding.Bytes.Length);
        _received += _refused ? 0 : (uint)padding.Bytes.Length;
        if (padding.Last == 0)
        {
            return;
        }

        peer.Send(_refused ? Measured(0, 0) : Measured(_received, (uint)time.GetElapsedTime(_receivedSince).TotalMicroseconds));
        (_received, _refused) = (0, false);
        budget.Release(this);
    }

    /// <summary>The connection has ended.</summary>
    public void OnClosed() => budget.Release(this);

    private bool TrySpend(long bytes)
    {
        if (_spent + bytes > MeasuringBudget.BytesPerConnection || !budget.TrySpend(this, bytes))
        {
            return false;
        }

        _spent += bytes;
        return true;
    }

    private Measured Measured(uint byteCount, uint micros) => new(byteCount, micros, (ulong)time.GetUtcNow().ToUnixTimeMilliseconds());
}
