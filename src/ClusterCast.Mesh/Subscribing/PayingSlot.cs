using ClusterCast.Mesh.Sessions;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Mesh.Subscribing;

/// <summary>
/// The paying session of one connection. It pays for one stream and is shared by the stream's subscriptions there; after the last one it is closed with its
/// closing ticket before another may begin.
/// </summary>
internal sealed class PayingSlot
{
    private static readonly TimeSpan CloseBound = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private StreamId _stream;
    private IPayingSession? _session;
    private int _users;
    private readonly CancellationTokenSource _lost = new();
    private Task _closing = Task.CompletedTask;

    /// <summary>The open session; null when there is none.</summary>
    public IPayingSession? Session => _session;

    /// <summary>Whether a subscription to this stream can use the connection now.</summary>
    public bool IsFreeFor(StreamId stream)
    {
        lock (_gate)
        {
            return _session is null || (_users > 0 && _stream == stream);
        }
    }

    /// <summary>Ends when a session that is being closed is closed; at once when none is.</summary>
    public Task SettledAsync()
    {
        lock (_gate)
        {
            return _session is not null && _users == 0 ? _closing : Task.CompletedTask;
        }
    }

    /// <summary>Joins the session or opens one; false when the connection pays for another stream or is closing its session.</summary>
    public bool TryEnter(StreamId stream, Func<IPayingSession> open)
    {
        lock (_gate)
        {
            if (_session is not null && (_users == 0 || _stream != stream))
            {
                return false;
            }

            _session ??= open();
            _stream = stream;
            _users++;
            return true;
        }
    }

    /// <summary>Leaves the session. Ends, for the last one, when the closing ticket is acknowledged or the bound is over.</summary>
    public Task LeaveAsync()
    {
        lock (_gate)
        {
            if (--_users == 0 && _session is { } session)
            {
                _closing = CloseAsync(session);
            }

            return _closing;
        }
    }

    /// <summary>The connection has ended: no acknowledgement will come.</summary>
    public void OnClosed() => _lost.Cancel();

    private async Task CloseAsync(IPayingSession session)
    {
        await Task.Yield();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_lost.Token);
        bound.CancelAfter(CloseBound);
        try
        {
            await session.CloseAsync(bound.Token).WaitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            // The relay does not answer: the debt stays with the pair and is settled in the next session.
        }
        finally
        {
            await session.DisposeAsync();
            lock (_gate)
            {
                _session = null;
            }
        }
    }
}
