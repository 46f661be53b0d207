using System.Threading.Channels;

namespace ClusterCast.Media.Egress.Delivery;

/// <summary>Passes a destination's incidents on, in a task of its own so that nobody waits for whoever listens, and remembers the last.
/// When the listener is slow, the oldest of 64 give way.</summary>
internal sealed class IncidentLog : IAsyncDisposable
{
    private const int Capacity = 64;
    private readonly string _destination;
    private readonly OutputFeedOptions _feed;
    private readonly Channel<DestinationIncident> _incidents = Channel.CreateBounded<DestinationIncident>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Task _telling;
    private string? _last;

    public IncidentLog(string destination, OutputFeedOptions feed)
    {
        (_destination, _feed) = (destination, feed);
        _telling = TellAsync();
    }

    /// <summary>The last incident's line.</summary>
    public string? Last => Volatile.Read(ref _last);

    public void Add(IncidentKind kind, MediaFault? fault, string message)
    {
        Volatile.Write(ref _last, message);
        _incidents.Writer.TryWrite(new DestinationIncident(_feed.TimeProvider.GetUtcNow(), _destination, kind, fault, message));
    }

    public async ValueTask DisposeAsync()
    {
        _incidents.Writer.TryComplete();
        await _telling;
    }

    private async Task TellAsync()
    {
        await foreach (var incident in _incidents.Reader.ReadAllAsync().ConfigureAwait(false))
            try
            {
                _feed.Incident?.Invoke(incident);
            }
            catch (Exception)
            {
                // Whoever listens must not end a destination, let alone the feed.
            }
    }
}
