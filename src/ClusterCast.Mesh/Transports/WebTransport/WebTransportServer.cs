using ClusterCast.Mesh.Transports.WebTransport.Http3;
using ClusterCast.Mesh.Transports.WebTransport.Qpack;
using Microsoft.Extensions.Logging;

namespace ClusterCast.Mesh.Transports.WebTransport;

/// <summary>
/// The server's side of one HTTP/3 connection. It waits for one session and its first stream, which becomes a transport; everything else is answered, passed over
/// or reset. A connection without a session after 5 s is closed.
/// </summary>
internal sealed class WebTransportServer(IQuicLink link, TimeProvider time, ILogger log, Action<WebTransportTransport> accepted)
{
    /// <summary>Streams that are looked at at a time; more are reset.</summary>
    public const int MaxStreams = 16;

    /// <summary>Streams of a connection in its whole life; one more closes it.</summary>
    public const int MaxStreamsEver = 256;

    /// <summary>How long a connection may take to open its session and the session's stream.</summary>
    public static readonly TimeSpan SetUpBound = TimeSpan.FromSeconds(5);

    private readonly ControlStreams _control = new();
    private readonly TaskCompletionSource<long> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _isTaken;
    private WebTransportTransport? _transport;
    private int _streams;

    /// <summary>Runs the connection to its end. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var bound = time.CreateTimer(_ => CloseWithoutSession(), null, SetUpBound, Timeout.InfiniteTimeSpan);
        try
        {
            var control = await link.OpenUnidirectionalAsync(stop.Token);
            await control.WriteAsync(Http3Settings.ControlStream(), stop.Token);
            for (var ever = 0; await link.AcceptAsync(stop.Token) is { } lane; ever++)
            {
                if (ever >= MaxStreamsEver)
                {
                    link.Close(Http3Error.ExcessiveLoad, $"More than {MaxStreamsEver} streams on one connection.");
                    break;
                }

                if (Interlocked.Increment(ref _streams) > MaxStreams)
                {
                    Interlocked.Decrement(ref _streams);
                    Refuse(lane, Http3Error.RequestRejected);
                    continue;
                }

                _ = ServeAsync(lane, stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            link.Close(Http3Error.None, "");
        }

        await stop.CancelAsync();
        _session.TrySetCanceled(CancellationToken.None);
    }

    private static void Refuse(IQuicLane lane, Http3Error code)
    {
        if (lane.IsBidirectional)
        {
            lane.Reset(code);
        }

        lane.StopSending(code);
    }

    private void CloseWithoutSession()
    {
        if (Volatile.Read(ref _transport) is null)
        {
            link.Close(Http3Error.None, $"No session and stream within {SetUpBound.TotalSeconds} s.");
        }
    }

    private async Task ServeAsync(IQuicLane lane, CancellationToken cancel)
    {
        try
        {
            await (lane.IsBidirectional ? ServeRequestAsync(lane, cancel) : _control.ReadAsync(lane, cancel));
        }
        catch (Http3Exception e)
        {
            link.Close(e.Code, e.Message);
        }
        catch (Http3StreamException e)
        {
            Refuse(lane, e.Code);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The stream was reset or the connection is gone.
        }
        catch (Exception e)
        {
            log.LogError(e, "A stream of {Remote} could not be served; the connection is closed", link.Remote);
            link.Close(Http3Error.Internal, "A stream could not be served.");
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private async Task ServeRequestAsync(IQuicLane lane, CancellationToken cancel)
    {
        var reader = new LaneReader(lane);
        while (await Http3Frame.ReadAsync(reader, cancel) is { } frame)
        {
            switch (frame)
            {
                case { Type: Http3FrameType.WebTransportStream }:
                    await TakeStreamAsync(lane, reader, frame.Length, cancel);
                    return;
                case { Type: Http3FrameType.Headers }:
                    await AnswerAsync(lane, reader, frame.Length, cancel);
                    return;
                case { IsUnknown: true }:
                    await frame.SkipAsync(reader, cancel);
                    break;
                default:
                    throw new Http3Exception(Http3Error.FrameUnexpected, $"A request begins with a frame of type 0x{(ulong)frame.Type:x}.");
            }
        }

        throw new Http3StreamException(Http3Error.RequestIncomplete, "A request ends before its head.");
    }

    private async Task AnswerAsync(IQuicLane lane, LaneReader reader, ulong length, CancellationToken cancel)
    {
        IReadOnlyList<Field>? fields = null;
        if (length <= Http3Settings.MaxFieldSection)
        {
            var section = new byte[length];
            await reader.ReadExactlyAsync(section, cancel);
            fields = FieldSectionReader.Read(section, Http3Settings.MaxFieldSection);
        }

        var request = fields is null ? null : Request.From(fields);
        var response = fields is null ? new Response(431, "The head of the request is too large.\n") : Response.To(request, isTaken: false);
        if (response is null && !TryTakeSession())
        {
            response = Response.To(request, isTaken: true);
        }

        if (response is not null)
        {
            await lane.WriteAsync(response.Encode(withText: request?.Method != "HEAD"), cancel);
            lane.Complete();
            lane.StopSending(Http3Error.None);
            return;
        }

        await lane.WriteAsync(Response.Opening(request!), cancel);
        await RunSessionAsync(lane, reader, cancel);
    }

    private bool TryTakeSession()
    {
        lock (_gate)
        {
            return !_isTaken && (_isTaken = true);
        }
    }

    private async Task RunSessionAsync(IQuicLane lane, LaneReader reader, CancellationToken cancel)
    {
        _session.TrySetResult(lane.Id);
        try
        {
            await new Capsules(reader).ReadAsync(cancel);
            lane.Complete();
        }
        finally
        {
            if (Volatile.Read(ref _transport) is { } transport)
            {
                transport.EndSession();
            }
            else
            {
                link.Close(Http3Error.None, "The session has ended.");
            }
        }
    }

    // A stream may overtake the request that opens its session.
    private async Task TakeStreamAsync(IQuicLane lane, LaneReader reader, ulong session, CancellationToken cancel)
    {
        if ((session & 0b11) != 0)
        {
            throw new Http3Exception(Http3Error.Id, $"Stream {session} cannot carry a session.");
        }

        if ((ulong)await _session.Task.WaitAsync(cancel) != session)
        {
            throw new Http3StreamException(Http3Error.SessionGone, $"There is no session {session}.");
        }

        var transport = new WebTransportTransport(link, lane, reader);
        if (Interlocked.CompareExchange(ref _transport, transport, null) is not null)
        {
            throw new Http3StreamException(Http3Error.BufferedStreamRejected, "A session has one stream.");
        }

        accepted(transport);
    }
}
