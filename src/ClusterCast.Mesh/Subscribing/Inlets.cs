using ClusterCast.Protocol.Wire;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>The subscriptions that this node holds at one peer, by channel. Channels are used in turn, so that late frames of a left one meet nobody.</summary>
internal sealed class Inlets
{
    private readonly (TrackSubscription Subscription, Upstream Upstream)?[] _channels = new (TrackSubscription, Upstream)?[256];
    private readonly Lock _gate = new();
    private byte _next;

    /// <summary>Subscriptions held.</summary>
    public int Count { get; private set; }

    /// <summary>Takes a channel; false when all are in use.</summary>
    public bool TryAdd(TrackSubscription subscription, Func<byte, Upstream> create, out Upstream? upstream)
    {
        lock (_gate)
        {
            upstream = null;
            for (var tries = 0; tries < _channels.Length; tries++)
            {
                var channel = _next++;
                if (_channels[channel] is null)
                {
                    upstream = create(channel);
                    _channels[channel] = (subscription, upstream);
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

    /// <summary>Hands a frame to the subscription of its channel; frames of unknown channels are skipped.</summary>
    public void OnFrame(FrameType type, ReadOnlySpan<byte> body)
    {
        var channel = new BodyReader(body).U8();
        if (_channels[channel] is var (subscription, upstream))
        {
            subscription.OnFrame(upstream, type, body);
        }
    }

    /// <summary>Tells every subscription that the connection has ended.</summary>
    public void OnClosed(string reason)
    {
        foreach (var entry in _channels)
        {
            if (entry is var (subscription, upstream))
            {
                subscription.OnLost(upstream, reason);
            }
        }
    }
}
