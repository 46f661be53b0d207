using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>What takes the frames of one channel.</summary>
internal interface IInlet
{
    /// <summary>A frame. Throws <see cref="WireException"/>.</summary>
    void OnFrame(FrameType type, ReadOnlySpan<byte> body);

    /// <summary>The connection has ended.</summary>
    void OnLost(string reason);
}

/// <summary>
/// The subscriptions and fetches that this node holds at one peer, by channel. Channels are used in turn, so that late frames of a left one meet nobody.
/// </summary>
internal sealed class Inlets
{
    private readonly IInlet?[] _channels = new IInlet?[256];
    private readonly Lock _gate = new();
    private byte _next;

    /// <summary>Channels in use.</summary>
    public int Count { get; private set; }

    /// <summary>Takes a channel; false when all are in use.</summary>
    public bool TryAdd(Func<byte, IInlet> create)
    {
        lock (_gate)
        {
            for (var tries = 0; tries < _channels.Length; tries++)
            {
                var channel = _next++;
                if (_channels[channel] is null)
                {
                    _channels[channel] = create(channel);
                    Count++;
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Frees a channel.</summary>
    public void Remove(byte channel)
    {
        lock (_gate)
        {
            if (_channels[channel] is not null)
            {
                _channels[channel] = null;
                Count--;
            }
        }
    }

    /// <summary>Hands a frame to whoever has its channel; frames of unknown channels are skipped.</summary>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        var channel = new BodyReader(body).U8();
        _channels[channel]?.OnFrame(type, body);
    }

    /// <summary>Tells everybody that the connection has ended.</summary>
    public void OnClosed(string reason)
    {
        foreach (var inlet in _channels)
        {
            inlet?.OnLost(reason);
        }
    }
}
