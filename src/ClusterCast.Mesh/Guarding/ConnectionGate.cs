using System.Net;
using System.Net.Sockets;

namespace ClusterCast.Mesh.Guarding;

/// <summary>
/// Lets connections in by where they come from: so many of one address (an IPv6 address is a /64, since a host has that many) and four times as many of its
/// neighbourhood (/24 and /48), less of them while they are in the handshake. What it remembers is bounded by the connections that are in. Thread-safe.
/// </summary>
internal sealed class ConnectionGate(MeshOptions options, GuardMetrics metrics)
{
    private const int Neighbours = 4;

    private readonly Dictionary<(IPAddress Network, bool IsNeighbourhood), Counts> _counts = [];

    /// <summary>Networks that have connections here.</summary>
    public int Networks
    {
        get
        {
            lock (_counts)
            {
                return _counts.Count;
            }
        }
    }

    /// <summary>A pass for a connection that is about to shake hands; null when its address has too many, which is counted.</summary>
    /// <param name="from">The address; null, and this machine's own, are not limited.</param>
    public Pass? TryEnter(IPAddress? from)
    {
        if (from is null || (IPAddress.IsLoopback(from) && !options.LimitLoopback))
        {
            return new Pass(null, default, default);
        }

        from = from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from;
        var isV6 = from.AddressFamily == AddressFamily.InterNetworkV6;
        var address = (Cut(from, isV6 ? 8 : 4), false);
        var neighbourhood = (Cut(from, isV6 ? 6 : 3), true);
        lock (_counts)
        {
            if (!IsFree(address, 1) || !IsFree(neighbourhood, Neighbours))
            {
                metrics.RefusedByAddress.Add();
                return null;
            }

            Change(address, handshakes: 1, open: 0);
            Change(neighbourhood, handshakes: 1, open: 0);
            return new Pass(this, address, neighbourhood);
        }
    }

    private static IPAddress Cut(IPAddress address, int bytes)
    {
        Span<byte> network = stackalloc byte[16];
        address.TryWriteBytes(network, out var length);
        network[bytes..length].Clear();
        return new IPAddress(network[..length]);
    }

    private bool IsFree((IPAddress, bool) key, int times)
    {
        var counts = _counts.GetValueOrDefault(key);
        return counts.Handshakes < options.MaxHandshakesPerAddress * times && counts.Handshakes + counts.Open < options.MaxConnectionsPerAddress * times;
    }

    private void Change((IPAddress, bool) key, int handshakes, int open)
    {
        var counts = _counts.GetValueOrDefault(key);
        counts = new Counts(counts.Handshakes + handshakes, counts.Open + open);
        if (counts == default)
        {
            _counts.Remove(key);
        }
        else
        {
            _counts[key] = counts;
        }
    }

    private readonly record struct Counts(int Handshakes, int Open);

    /// <summary>One connection's place. Disposed when the connection has ended.</summary>
    internal sealed class Pass(ConnectionGate? gate, (IPAddress, bool) address, (IPAddress, bool) neighbourhood) : IDisposable
    {
        private bool _isOpen;
        private bool _isGone;

        /// <summary>The handshake is done.</summary>
        public void Opened() => Change(isOpen: true, isGone: false);

        /// <inheritdoc/>
        public void Dispose() => Change(_isOpen, isGone: true);

        private void Change(bool isOpen, bool isGone)
        {
            if (gate is null)
            {
                return;
            }

            lock (gate._counts)
            {
                if (_isGone || (_isOpen == isOpen && !isGone))
                {
                    return;
                }

                var (handshakes, open) = (_isOpen ? 0 : -1, _isOpen ? -1 : isGone ? 0 : 1);
                (_isOpen, _isGone) = (isOpen, isGone);
                gate.Change(address, handshakes, open);
                gate.Change(neighbourhood, handshakes, open);
            }
        }
    }
}
