using ClusterCast.Mesh.Transports;
using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Nat.Measuring;

/// <summary>Writes so many bytes of padding as fast as the connection takes them; nothing is queued.</summary>
/// <param name="byteCount">How many.</param>
/// <param name="finish">Called with the batch after the last.</param>
internal sealed class PaddingSource(uint byteCount, Action<FrameBatch> finish) : IMediaSource
{
    private static readonly byte[] Bytes = new byte[16 * 1024];
    private uint _left = byteCount;
    private bool _finished;

    /// <inheritdoc/>
    public void WriteTo(FrameBatch batch)
    {
        while (_left > 0 && !batch.IsFull)
        {
            var count = (int)Math.Min(_left, (uint)Bytes.Length);
            _left -= (uint)count;
            batch.Add(new Padding((byte)(_left == 0 ? 1 : 0), Bytes.AsSpan(0, count)));
        }

        if (_left == 0 && !_finished && !batch.IsFull)
        {
            _finished = true;
            finish(batch);
        }
    }
}
